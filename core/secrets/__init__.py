"""Where credentials live: the only package that knows keyring and cryptography."""
