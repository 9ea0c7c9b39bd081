"""`campaign trial`: its sandbox, its worker, and what arrived."""
