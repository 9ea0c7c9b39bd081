"""What a text model can do for a message: pure tasks, each a question and how its answer is read. The answers are drafts."""
