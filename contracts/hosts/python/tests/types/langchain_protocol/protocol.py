from langchain_protocol import __getattr__  # noqa: F401
