"""Access to models: the embedded one, LiteLLM's many, and a scripted one."""
