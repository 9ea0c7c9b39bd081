"""The inbox under load: many conversations, a burst of answers, an hour offline."""
