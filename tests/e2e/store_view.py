"""What a daemon says of its store over HTTP: everything, read page by page."""

import urllib.parse

# Enough for the events of a test, small enough that paging happens.
PAGE = 100
# The kinds of events that count occurrences.
COUNTING = ("signature_detected", "occurrences_recorded")


def path(*segments, **query):
    """A path below /api/v1 with everything escaped; a query value of None is left out."""
    escaped = "/".join(urllib.parse.quote(segment, safe="") for segment in segments)
    given = {name: value for name, value in query.items() if value is not None}
    return f"/api/v1/{escaped}" + (f"?{urllib.parse.urlencode(given)}" if given else "")


def pages(daemon, *segments, **query):
    """The pages of a listing or a history, each as the daemon sent it."""
    cursor = None
    while True:
        page = daemon.get(path(*segments, cursor=cursor, **query))
        yield page
        cursor = page["next_cursor"]
        if cursor is None:
            return


def signatures(daemon, limit=PAGE, **filters):
    """All signatures that match the filters, in the order of the listing."""
    return [signature for page in pages(daemon, "signatures", limit=limit, **filters)
            for signature in page["signatures"]]


def history(daemon, signature_id, limit=PAGE):
    """All events of a signature."""
    return [event for page in pages(daemon, "signatures", signature_id, "history", limit=limit)
            for event in page["events"]]


def stats(daemon):
    """The statistics without the one value that changes with the clock."""
    answer = daemon.get(path("stats"))
    del answer["oldest_age_seconds"]
    return answer


def counted(events):
    """The occurrences that the events of a history count."""
    return sum(event["occurrences"]["count"] for event in events if event["kind"] in COUNTING)


def in_listing_order(found):
    """Sorted as every listing is: last_seen and count descending, then id. Times are fixed-width
    text, so that they sort as such."""
    by_id = sorted(found, key=lambda signature: signature["id"])
    return sorted(by_id, key=lambda each: (each["last_seen"], each["occurrence_count"]),
                  reverse=True)


def snapshot(daemon):
    """Everything that must survive a restart or a rebuild."""
    everything = signatures(daemon)
    return {"stats": stats(daemon), "signatures": everything,
            "histories": {each["id"]: history(daemon, each["id"]) for each in everything}}
