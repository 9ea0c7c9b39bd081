"""A question about contacts as SQL: constant texts with parameters, one condition for each filter."""

from typing import Final

from campaigns.audience.contacts import ContactOrder, ContactQuestion, Standing
from core.domain.search_key import search_terms
from database.stores.contacts import VISIBLE

# Suppressed by contact or as a person under another name. A set that is made once a statement: it is small.
SUPPRESSED: Final = """
k.id IN (SELECT contact_id FROM suppression WHERE contact_id IS NOT NULL
         UNION SELECT same.id FROM suppression AS s JOIN contact AS same ON same.telegram_user_id = s.telegram_user_id
         WHERE s.telegram_user_id IS NOT NULL)
"""
HAS_BASIS: Final = "EXISTS (SELECT 1 FROM consent AS c WHERE c.contact_id = k.id AND c.withdrawn_at IS NULL)"
STANDINGS: Final = {
    Standing.MAY: f"{HAS_BASIS} AND NOT {SUPPRESSED}",
    Standing.NO_BASIS: f"NOT {HAS_BASIS} AND NOT {SUPPRESSED}",
    Standing.SUPPRESSED: SUPPRESSED,
}
_ORDERS: Final = {
    (ContactOrder.ADDED, False): "k.id DESC",
    (ContactOrder.ADDED, True): "k.id",
    (ContactOrder.NAME, False): "k.search_key, k.id",
    (ContactOrder.NAME, True): "k.search_key DESC, k.id DESC",
}


SAMPLE: Final = "SELECT search_key FROM contact WHERE id % 1000 = 0"


def ids_sql(question: ContactQuestion) -> tuple[str, list[object]]:
    """A statement for the ids in order, with its parameters; the last parameter, the limit, is the caller's."""
    conditions, values = conditions_of(question)
    order = _ORDERS[question.order, question.is_reversed]
    return f"SELECT k.id FROM contact AS k WHERE {conditions} ORDER BY {order} LIMIT ?", values


def ids_between_sql(question: ContactQuestion) -> tuple[str, list[object]]:
    """The same of those whose search key lies between two; the last parameters are lower, upper (excluded) and limit."""
    conditions, values = conditions_of(question)
    order = _ORDERS[question.order, question.is_reversed]
    between = "k.search_key >= ? AND k.search_key < ifnull(?, x'')"  # a blob is above every text
    return f"SELECT k.id FROM contact AS k WHERE {conditions} AND {between} ORDER BY {order} LIMIT ?", values


def conditions_of(question: ContactQuestion) -> tuple[str, list[object]]:
    """What holds for a contact `k` that answers the question."""
    conditions: list[str] = [VISIBLE]
    values: list[object] = []
    if question.tag:
        conditions.append("k.id IN (SELECT contact_id FROM contact_tag WHERE tag = ?)")
        values.append(question.tag)
    if question.list_id is not None:
        conditions.append("k.id IN (SELECT contact_id FROM audience_member WHERE audience_id = ?)")
        values.append(question.list_id)
    if question.import_id is not None:
        conditions.append("k.import_id = ?")
        values.append(question.import_id)
    if question.language:
        conditions.append("k.language = ?")
        values.append(question.language)
    for term in search_terms(question.text):
        conditions.append("instr(k.search_key, ?)")
        values.append(term)
    if question.basis is not None or question.account_id is not None:
        of_consent = ["b.contact_id = k.id", "b.withdrawn_at IS NULL"]
        for column, wanted in (("basis", question.basis), ("account_id", question.account_id)):
            if wanted is not None:
                of_consent.append(f"b.{column} = ?")
                values.append(wanted)
        conditions.append(f"EXISTS (SELECT 1 FROM consent AS b WHERE {' AND '.join(of_consent)})")
    if question.standing is not None:
        conditions.append(STANDINGS[question.standing])
    return " AND ".join(f"({condition.strip()})" for condition in conditions), values
