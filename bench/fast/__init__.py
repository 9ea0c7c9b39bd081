"""The engine under a clock that runs many times as fast as the machine's."""
