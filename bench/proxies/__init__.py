"""Taking and releasing proxies from two processes at once: nobody twice, and how fast."""
