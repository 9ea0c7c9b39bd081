"""Planning: who gets it, from which account, under which limits."""
