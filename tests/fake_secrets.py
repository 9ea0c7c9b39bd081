"""A secret store in memory, with the promises of `core.ports.Secrets`."""

from core.errors import SecretNotFound


class FakeSecrets:
    """`held` is what it holds; `writes` counts every `set`."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.writes = 0

    def get(self, name: str) -> bytes:
        if name not in self.held:
            raise SecretNotFound
        return self.held[name]

    def set(self, name: str, secret: bytes) -> None:
        self.writes += 1
        self.held[name] = secret

    def delete(self, name: str) -> None:
        self.held.pop(name, None)
