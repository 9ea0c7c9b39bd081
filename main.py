"""Entry: reads the command line, wires the services, starts the console, the worker or a command."""


def main() -> int:
    """Run what the command line asks for; returns the exit code."""
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
