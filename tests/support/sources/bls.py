"""The Public Data API of the Bureau of Labor Statistics, version 2.

Values of 15-1252 are those of May 2025; the extract of that year lacks
11-3021, for which those of May 2024 stand.
"""
import re

from support.sources.wire import Reply, as_json

PATH = "/publicAPI/v2/timeseries/data/"
YEAR = 2025
SERIES = re.compile(r"OEUN0{13}(\d{6})(\d\d)")
VALUES = {
    "151252": {"01": "1687890", "02": "0.6", "04": "148100", "05": "0.4",
               "11": "82460", "12": "105210", "13": "135980",
               "14": "171980", "15": "214670"},
    "113021": {"01": "645970", "02": "0.6", "04": "187990", "05": "0.3",
               "11": "104450", "12": "134350", "13": "171200",
               "14": "216220", "15": "-5"},
}
FOOTNOTES = {
    "4": "Wages for some occupations that do not generally work year-round,"
         " full time, are reported either as hourly wages or annual salaries"
         " depending on how they are typically paid.",
    "5": "This wage is equal to or greater than $115.00 per hour or"
         " $239,200 per year.",
    "8": "Estimate not released.",
}


def series_id(occupation, datatype):
    return f"OEUN{'0' * 13}{occupation}{datatype}"


def datum(value):
    """-5 is a dash with footnote 5."""
    code = value[1:] if value.startswith("-") else None
    return {"year": str(YEAR), "period": "A01", "periodName": "Annual",
            "latest": "true", "value": "-" if code else value,
            "footnotes": [{"code": code, "text": FOOTNOTES[code]}]
            if code else [{}]}


def not_processed(message):
    return as_json({"status": "REQUEST_NOT_PROCESSED", "responseTime": 0,
                    "message": [message], "Results": {}})


def answer(request, values, most=None):
    if request.method != "POST" or request.path != PATH:
        return Reply(404, b"<html><body>Not found</body></html>",
                     "text/html")
    asked = request.document
    most = most or (50 if asked.get("registrationkey") else 25)
    if len(asked["seriesid"]) > most:
        return not_processed(
            "Request could not be serviced, as the number of series is"
            f" greater than the {most} allowed.")
    start = int(asked.get("startyear", YEAR))
    end = int(asked.get("endyear", YEAR))
    messages, found = [], []
    for name in asked["seriesid"]:
        match = SERIES.fullmatch(name)
        value = match and values.get(match[1], {}).get(match[2])
        if value is None:
            messages.append(f"Series does not exist for Series {name}")
        else:
            messages += [f"No Data Available for Series {name} Year: {year}"
                         for year in range(start, end + 1) if year != YEAR]
        found.append({"seriesID": name, "data": [datum(value)]
                      if value and start <= YEAR <= end else []})
    return as_json({"status": "REQUEST_SUCCEEDED", "responseTime": 195,
                    "message": messages, "Results": {"series": found}})


def good(request):
    return answer(request, VALUES)


def having(occupation, **changes):
    """A server with other values; names are datatypes after a d."""
    return lambda request: answer(request, {
        **VALUES, occupation: {**VALUES[occupation], **{
            name[1:]: value for name, value in changes.items()}}})


def key_of(request):
    return request.document.get("registrationkey", "")


def threshold(request):
    return not_processed(
        "Request could not be serviced, as the daily threshold for total"
        " number of requests allocated to the user with registration key"
        f" {key_of(request)} has been reached.")


def invalid_key(request):
    return not_processed(f"The key:{key_of(request)} provided by the User is"
                         " invalid.")


def edited(change):
    def reply(request):
        document = good(request).document()
        return as_json(change(document) or document)
    return reply


def each_series(change):
    """Changes the data of every series."""
    def edit(document):
        for series in document["Results"]["series"]:
            for one in series["data"]:
                change(one)
    return edited(edit)


def too_many(request):
    return answer(request, VALUES, most=1)


CASES = {
    "too many": too_many,
    "threshold": threshold,
    "invalid key": invalid_key,
    "results in an array": edited(
        lambda d: {**d, "Results": [d["Results"]]}),
    "results missing": edited(lambda d: {
        name: value for name, value in d.items() if name != "Results"}),
    "reordered": edited(lambda d: d["Results"]["series"].reverse()),
    "no series": edited(lambda d: d["Results"].update(series=[])),
    "series is a number": edited(lambda d: d["Results"].update(series=7)),
    "values are numbers": each_series(
        lambda one: one["value"] == "-" or one.update(
            value=float(one["value"]))),
    "a series twice": edited(lambda d: d["Results"]["series"].append(
        d["Results"]["series"][2])),
    "values are words": each_series(lambda one: one.update(value="many")),
    "values are negative": each_series(lambda one: one.update(value="-12")),
    "no value": each_series(lambda one: one.pop("value")),
    "another period": each_series(lambda one: one.update(period="M01")),
    "year is a word": each_series(lambda one: one.update(year="soon")),
    "higher": having("151252", d13="137000"),
    "dash 4": having("151252", d13="-4"),
    "dash 8": having("151252", d11="-8"),
}
