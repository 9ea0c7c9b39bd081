"""A campaign before it runs: its message, its people, its plan and its review, as a person writes them."""
