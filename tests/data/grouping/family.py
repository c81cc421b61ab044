"""How families_*.py write a failure down."""


def family(name, language, error_type, message, *stacks, service="shop", cases=4):
    """A failure with its stack traces: the first is the usual one, the others are variants."""
    return {"name": name, "language": language, "service": service, "type": error_type,
            "message": message, "stacks": list(stacks), "cases": cases}
