"""A process that does not speak the protocol."""

print("hello, this is no message", flush=True)
input()
