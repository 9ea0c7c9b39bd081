"""The local data centre: speaks real MTProto on the loopback address, for the unmodified client library.

For other packages: `server.serve` runs it, `process` starts and finds it, `control` changes it while it runs,
`ledger` reads what it accepted. The last three do not import Telethon.
"""
