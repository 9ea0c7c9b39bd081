"""Lists of proxies as people paste them: what each line means, or why it was refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.proxy import ProxyKind
from proxy.parsing import ParsedProxy, RefusedLine, parse_list, secret_name

SECRET = "000102030405060708090a0b0c0d0e0f"

PASTED = f"""\ufeff# from the provider
socks5://user:p%40ss@127.0.0.1:1080

127.0.0.1:1081
127.0.0.1:1082:alice:s3cret
http://127.0.0.1:3128
socks4://127.0.0.1:1083
https://t.me/proxy?server=127.0.0.1&port=4430&secret=dd{SECRET}
tg://proxy?server=127.0.0.1&port=4431&secret={SECRET}
tg://socks?server=127.0.0.1&port=1084&user=bob&pass=x
[::1]:1085
socks5://127.0.0.1:99999
127.0.0.1
ftp://127.0.0.1:21
tg://proxy?server=127.0.0.1&port=4432&secret=ee{SECRET}6578616d706c652e636f6d
socks5://user:p%40ss@127.0.0.1:1080
"""


def one(text: str) -> ParsedProxy:
    found = parse_list([text])
    assert not found.refused, found.refused
    return found.accepted[0]


def refusal(text: str) -> RefusedLine:
    found = parse_list([text])
    assert not found.accepted
    return found.refused[0]


def test_a_list_is_read_line_by_line() -> None:
    found = parse_list(PASTED.splitlines())

    assert [
        (p.line, p.endpoint.kind.value, p.endpoint.address, p.endpoint.username, p.secret) for p in found.accepted
    ] == [
        (2, "socks5", "127.0.0.1:1080", "user", "p@ss"),
        (4, "socks5", "127.0.0.1:1081", "", ""),
        (5, "socks5", "127.0.0.1:1082", "alice", "s3cret"),
        (6, "http", "127.0.0.1:3128", "", ""),
        (7, "socks4", "127.0.0.1:1083", "", ""),
        (8, "mtproxy", "127.0.0.1:4430", "", "dd" + SECRET),
        (9, "mtproxy", "127.0.0.1:4431", "", SECRET),
        (10, "socks5", "127.0.0.1:1084", "bob", "x"),
        (11, "socks5", "[::1]:1085", "", ""),
    ]
    assert found.duplicates == (16,)
    assert [row.line for row in found.refused] == [12, 13, 14, 15]


@pytest.mark.parametrize(
    ("text", "kind", "address", "username", "secret"),
    [
        ("user:pa:ss@proxy.example:1080", "socks5", "proxy.example:1080", "user", "pa:ss"),
        ("PROXY.Example.:1080", "socks5", "proxy.example:1080", "", ""),
        ("proxy.example:1080:user:pa:ss", "socks5", "proxy.example:1080", "user", "pa:ss"),
        ("SOCKS5://u:p@[2001:DB8::1]:1080/", "socks5", "[2001:db8::1]:1080", "u", "p"),
        ("[2001:db8::1]:1080:user:pass", "socks5", "[2001:db8::1]:1080", "user", "pass"),
        ("http://us%2Eer@1.2.3.4:80", "http", "1.2.3.4:80", "us.er", ""),
        ("socks4://me@1.2.3.4:1080", "socks4", "1.2.3.4:1080", "me", ""),
        ("bücher.example:1080", "socks5", "xn--bcher-kva.example:1080", "", ""),
        (f"t.me/proxy?server=a.example&port=443&secret={SECRET}", "mtproxy", "a.example:443", "", SECRET),
        (
            f"http://telegram.me/proxy?server=a.example&port=443&secret={SECRET}",
            "mtproxy",
            "a.example:443",
            "",
            SECRET,
        ),
        (f"1.2.3.4:443:DD{SECRET}", "mtproxy", "1.2.3.4:443", "", "dd" + SECRET),
        ("tg://proxy?server=a.b&port=1&secret=AAECAwQFBgcICQoLDA0ODw", "mtproxy", "a.b:1", "", SECRET),
        ("tg://proxy?server=a.b&port=1&secret=3QABAgMEBQYHCAkKCwwNDg8=", "mtproxy", "a.b:1", "", "dd" + SECRET),
        (
            "tg://proxy?server=a.b&port=1&secret=-_79_Pv6-fj39vX08_Lx8A",
            "mtproxy",
            "a.b:1",
            "",
            "fbfefdfcfbfaf9f8f7f6f5f4f3f2f1f0",
        ),
        # A plain secret may begin with dd: its length tells.
        ("tg://proxy?server=a.b&port=1&secret=" + "dd" * 16, "mtproxy", "a.b:1", "", "dd" * 16),
        (
            "https://t.me/socks?server=a.b&port=1080&user=u%2Dr" + "&pass=p%2Bq",
            "socks5",
            "a.b:1080",
            "u-r",
            "p+q",
        ),
    ],
)
def test_forms_that_people_paste(text: str, kind: str, address: str, username: str, secret: str) -> None:
    found = one(f"  {text}\r\n")

    assert (found.endpoint.kind, found.endpoint.address) == (ProxyKind(kind), address)
    assert (found.endpoint.username, found.secret) == (username, secret)
    assert found.endpoint.secret_name == (secret_name(found.endpoint) if secret else "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("127.0.0.1", "port is missing"),
        ("socks5://127.0.0.1", "port is missing"),
        ("[::1]", "port is missing"),
        ("127.0.0.1:", "port is missing"),
        ("127.0.0.1:http", "no number"),
        ("127.0.0.1:١٢", "no number"),
        ("127.0.0.1:0", "does not exist"),
        ("127.0.0.1:65536", "does not exist"),
        ("300.1.2.3:80", "no host name"),
        ("under_score.example:80", "no host name"),
        (":1080", "no host name"),
        ("socks5://::1:1080", "without brackets"),
        ("ftp://127.0.0.1:21", "no kind of proxy"),
        ("https://127.0.0.1:443", "TLS"),
        ("127.0.0.1:1080:user", "without a password"),
        ("socks5://user@127.0.0.1:1080", "belong together"),
        ("socks4://user:pass@127.0.0.1:1080", "knows no passwords"),
        ("socks5://us%0Aer:pass@127.0.0.1:1080", "do not agree"),
        ("127.0.0.1:1080:user:pässword", "do not agree"),
        ("127.0.0.1:1080:user:" + "x" * 256, "longer"),
        ("127.0.0.1:1080 # mine", "space"),
        ("http://127.0.0.1:3128/path", "no number"),
        ("tg://proxy?server=1.2.3.4&port=443", "no MTProxy secret"),
        ("tg://proxy?server=1.2.3.4&secret=" + SECRET, "no server or no port"),
        ("tg://proxy?server=1.2.3.4&port=443&secret=abc", "no MTProxy secret"),
        (f"tg://proxy?server=1.2.3.4&port=443&secret=ee{SECRET}6578", "fake TLS"),
        ("tg://proxy?server=1.2.3.4&port=443&secret=7gABAgMEBQYHCAkKCwwNDg9leGFtcGxl", "fake TLS"),
        (f"1.2.3.4:443:ee{SECRET}6578", "fake TLS"),
    ],
)
def test_a_refused_line_has_a_reason_and_says_what_to_do(text: str, reason: str) -> None:
    refused = refusal(text)

    assert reason in refused.reason
    assert refused.hint.endswith(".")


def test_no_credential_is_seen_in_values_and_refusals() -> None:
    texts = [
        "1.2.3.4:1:user:hunter22",
        "1.2.3.4:99999:user:hunter22",
        "socks4://user:hunter22@1.2.3.4:1",
        "ftp://u:hunter22@a:1",
    ]

    assert "hunter22" not in repr(parse_list(texts))


def test_the_same_proxy_written_otherwise_is_a_duplicate() -> None:
    found = parse_list(["1.2.3.4:1080:user:pass", "socks5://user:p%61ss@1.2.3.4:1080/", "user:pass@1.2.3.4:01080"])

    assert (len(found.accepted), found.duplicates) == (1, (2, 3))


def test_the_same_proxy_with_another_password_is_refused() -> None:
    found = parse_list(["1.2.3.4:1080:user:one", "1.2.3.4:1080:user:two", "1.2.3.4:1080:else:two"])

    assert [proxy.line for proxy in found.accepted] == [1, 3]
    assert "line 1" in found.refused[0].reason


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    parse_list([text, "socks5://" + text, "tg://proxy?" + text, "[" + text])
