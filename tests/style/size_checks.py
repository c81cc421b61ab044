"""Files stay small and lines short. Functions are clang-tidy's (readability-function-size)."""

MAX_LINES = 400
MAX_COLUMNS = 100


def check_file_length(source):
    """Sources, headers, scripts and build files have at most MAX_LINES lines."""
    written = source.is_cpp or source.is_python or source.is_shell or source.is_cmake
    lines = source.text.count("\n")
    if source.is_data or not written or lines <= MAX_LINES:
        return []
    return [source.finding(len(source.text) - 1, f"the file has {lines} lines; split it by purpose "
                                                 f"so that no part has more than {MAX_LINES}")]


def check_line_length(source):
    """Lines of C++, Python and shell have at most MAX_COLUMNS characters.

    Lines with a raw string are left to clang-format: it cannot be broken without changing it.
    """
    if source.is_data or not (source.is_cpp or source.is_python or source.is_shell):
        return []
    findings = []
    offset = 0
    for line in source.text.split("\n"):
        if len(line) > MAX_COLUMNS and 'R"' not in line:
            findings.append(source.finding(
                offset, f"the line has {len(line)} columns; break it at {MAX_COLUMNS}"))
        offset += len(line) + 1
    return findings
