"""The local data centre: speaks real MTProto on the loopback address."""
