"""The table of every long list: what a cell holds, how it is painted, and the view itself."""

from desktop.widgets.table.cells import CELL, Bar, Cell, Column, cell_data
from desktop.widgets.table.header import TABLE_KEYS
from desktop.widgets.table.ticks import TickTable
from desktop.widgets.table.view import Table, TableCard

__all__ = ["CELL", "TABLE_KEYS", "Bar", "Cell", "Column", "Table", "TableCard", "TickTable", "cell_data"]
