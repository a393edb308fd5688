"""Sources that publish tables of pay: Job Bank, CBS, data.gov.sg, Eurostat
and ILOSTAT."""
import csv
import pathlib
import re

from support.sources.wire import Reply, as_csv, as_json

DATA = pathlib.Path(__file__).resolve().parents[2] / "ingest" / "data"
NOT_FOUND = Reply(404, b"<html><body>Not found</body></html>", "text/html")


def read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


class JobBank:
    """Wages of Canada: one file, 27 of its 44,000 rows."""
    MEDIAN = "Median_Wage_Salaire_Median"

    def __init__(self):
        self.rows = read("jobbank.csv")
        self.cases = {
            "bom": lambda r: self.whole(r, start="\ufeff"),
            "missing column": lambda r: self.without(self.MEDIAN),
            "renamed column": lambda r: self.renamed("prov", "PROV"),
            "reordered columns": lambda r: as_csv(
                [list(reversed(row)) for row in self.rows]),
            "header only": lambda r: as_csv(self.rows[:1]),
            "a row twice": lambda r: as_csv(
                [*self.rows, self.rows[1]]),
            "short row": lambda r: as_csv(
                [*self.rows, self.rows[1][:5]]),
            "open quote": lambda r: Reply(
                body=self.good(r).body + b'NOC_1,"no end', type="text/csv"),
            "wage is a word": lambda r: self.with_cell(self.MEDIAN, "many"),
            "wage is negative": lambda r: self.with_cell(self.MEDIAN, "-1"),
            "flag is a word": lambda r: self.with_cell(
                "Annual_Wage_Flag_Salaire_annuel", "yes"),
            "higher": lambda r: self.with_cell(self.MEDIAN, "49.00"),
            "18 MB": lambda r: self.large(),
        }

    def good(self, request):
        if not request.path.endswith(".csv"):
            return NOT_FOUND
        return self.whole(request)

    def whole(self, _request, start=""):
        reply = as_csv(self.rows)
        return reply.having(body=start.encode("utf-8") + reply.body)

    def without(self, name):
        column = self.rows[0].index(name)
        return as_csv([row[:column] + row[column + 1:] for row in self.rows])

    def renamed(self, name, other):
        return as_csv([[other if cell == name else cell
                        for cell in self.rows[0]], *self.rows[1:]])

    def with_cell(self, column, value, code="NOC_21232", area="ER00"):
        """The file with another cell in one row."""
        column = self.rows[0].index(column)
        return as_csv([
            [*row[:column], value, *row[column + 1:]]
            if row[0] == code and row[4] == area else row
            for row in self.rows])

    def large(self):
        """As large as the real one: 516 occupations in 85 regions."""
        national = [row for row in self.rows if row[4] == "ER00"]
        regions = [row for row in self.rows[1:] if row[4] != "ER00"]
        rows, size = [self.rows[0], *national], 0
        while len(rows) < 44000 or size < 18_000_000:
            number = len(rows)
            row = regions[number % len(regions)]
            row = [f"NOC_9{number // 90:04}", *row[1:4],
                   f"ER9{number % 90:03}", *row[5:]]
            row[19] = row[19] or "Repeated from the province." * 3
            size += len(",".join(row).encode("utf-8"))
            rows.append(row)
        return as_csv(rows)


class Cbs:
    """Hourly wages of Dutch occupations: table 85517NED by OData 3."""

    def __init__(self):
        header, *rows = read("cbs.csv")
        self.rows = [{**dict(zip(header[:2], row)),
                      "Werknemer_1": int(row[2]),
                      **{name: float(cell) for name, cell
                         in zip(header[3:], row[3:])}} for row in rows]
        self.cases = {
            "padded code": self.each(
                lambda row: row.update(Beroep=row["Beroep"] + "  ")),
            "null percentile": self.each(
                lambda row: row.update(k_25ePercentiel_2=None)),
            "null median": self.each(
                lambda row: row.update(k_50ePercentielMediaan_3=None)),
            "text for numbers": self.each(
                lambda row: row.update(k_50ePercentielMediaan_3="many")),
            "higher": self.each(
                lambda row: row.update(k_50ePercentielMediaan_3=35.0)),
            "out of order": self.each(
                lambda row: row.update(k_50ePercentielMediaan_3=1.5)),
            "missing column": self.each(
                lambda row: row.pop("k_50ePercentielMediaan_3")),
            "a row twice": lambda r: self.reply(self.chosen(r) * 2),
            "no rows": lambda r: self.reply([]),
            "value is an object": lambda r: as_json(
                {"odata.metadata": "", "value": {}}),
            "next link": self.in_two,
            "next link leads elsewhere": lambda r: self.reply(
                self.chosen(r), next_link="http://localhost:1/x"),
            "next link to itself": lambda r: self.reply(
                self.chosen(r), next_link=self.link(r, 0)),
            "error in a 200": lambda r: as_json({"odata.error": {
                "code": "", "message": {
                    "lang": "en-US", "value": "No table 85517NED."}}}),
        }

    def good(self, request):
        if not request.path.endswith("/85517NED/TypedDataSet"):
            return NOT_FOUND
        return self.reply(self.chosen(request))

    def chosen(self, request):
        """Rows and columns by $filter (a list of eq) and $select."""
        wanted = request.first("$filter", "")
        years = set(re.findall(r"'(\d{4}JJ\d\d)'", wanted))
        columns = request.first("$select", "").split(",")
        return [{name: row[name] for name in row
                 if columns == [""] or name in columns}
                for row in self.rows
                if not years or row["Perioden"] in years]

    def reply(self, rows, next_link=None):
        document = {"odata.metadata": "https://opendata.cbs.nl/ODataApi/"
                    "OData/85517NED/$metadata#Cbs.OData.WebAPI."
                    "TypedDataSet", "value": rows}
        if next_link:
            document["odata.nextLink"] = next_link
        return as_json(document)

    def each(self, change):
        def reply(request):
            rows = [dict(row) for row in self.chosen(request)]
            for row in rows:
                change(row)
            return self.reply(rows)
        return reply

    def link(self, request, skip):
        return (f"http://{request.headers['host']}/cbs{request.path}"
                f"?$format=json&$skip={skip}")

    def in_two(self, request):
        """Half of all years, and the address of the rest."""
        if "$skip" in request.query:
            return self.reply(self.rows[6:])
        return self.reply(self.rows[:6], self.link(request, 6))


class DataGovSg:
    """Occupational wages of Singapore, June 2024: 57 of about 400 rows."""
    ID = "d_9917e751f7498502f70052a940a3f312"

    def __init__(self):
        self.header, *self.rows = read("datagovsg.csv")
        median = "mthly_basic_wage_50_pctile"
        self.cases = {
            "numbers": self.each(lambda row: row.update({
                name: int(value) for name, value in row.items()
                if name.startswith("mthly")})),
            "dashes": self.each(lambda row: row.update({
                name: "-" for name in row if "_25_" in name})),
            "suppressed": self.each(lambda row: row.update({
                name: "s" for name in row if "_25_" in name})),
            "missing column": self.each(lambda row: row.pop(median)),
            "a word": self.each(lambda row: row.update({median: "many"})),
            "refused": lambda r: as_json({
                "success": False, "error": {
                    "__type": "Not Found Error",
                    "message": "Not found: Resource"}}),
            "code and error": lambda r: as_json({
                "code": 24, "name": "TOO_MANY_REQUESTS",
                "errorMsg": "Rate limit exceeded", "data": None}),
            "no records": lambda r: self.reply([], 0, r),
            "a row twice": lambda r: self.reply(
                self.rows + self.rows[:1], len(self.rows) + 1, r),
            "three pages": lambda r: self.page(r, 20),
            "records is a number": lambda r: as_json(
                {"success": True, "result": {"records": 7, "total": 1}}),
            "never full": lambda r: self.reply([], 570, r),
        }

    def good(self, request):
        if request.first("resource_id") != self.ID:
            return NOT_FOUND
        return self.page(request, 1000)

    def page(self, request, most):
        start = int(request.first("offset", "0"))
        limit = min(int(request.first("limit", "100")), most)
        return self.reply(self.rows[start:start + limit], len(self.rows),
                          request)

    def reply(self, rows, total, request):
        start = int(request.first("offset", "0"))
        return as_json({"success": True, "result": {
            "resource_id": self.ID,
            "fields": [{"type": "text", "id": name}
                       for name in self.header],
            "records": [{"_id": start + number, **dict(
                zip(self.header, row))} for number, row
                in enumerate(rows, 1)],
            "_links": {}, "total": total,
            "limit": int(request.first("limit", "100"))}})

    def each(self, change):
        def reply(request):
            document = self.good(request).document()
            for row in document["result"]["records"]:
                change(row)
            return as_json(document)
        return reply


class Eurostat:
    """Structure of earnings survey 2022 as JSON-stat.

    4781 is what Eurostat has for Romania's OC7; no stored copy holds the
    cells of Germany and the Netherlands, which are made up here.
    """
    VALUES = {"DE": {"TOTAL": 4105, "OC1": 7943, "OC2": 5561, "OC3": 4268},
              "NL": {"TOTAL": 3682, "OC1": 6377, "OC2": 4822, "OC3": 3911},
              "RO": {"OC7": 4781}}
    GROUPS = ["TOTAL", *(f"OC{number}" for number in range(1, 10))]
    DIMENSIONS = ("freq", "sex", "indic_se", "isco08", "sizeclas", "age",
                  "unit", "geo", "time")
    CONSTANT = {"freq": ["A"], "sex": ["T"], "indic_se": ["ERN"],
                "sizeclas": ["GE10"], "age": ["TOTAL"], "unit": ["NAC"],
                "time": ["2022"]}

    def __init__(self):
        self.cases = {
            "no values": lambda r: as_json({**self.dataset(r), "value": {}}),
            "one value less": self.edited(
                lambda d: d["value"].pop(self.cell(d, "DE", "OC2"))),
            "unreliable": self.edited(lambda d: d.update(
                status={self.cell(d, "DE", "OC2"): "u"})),
            "confidential": self.edited(lambda d: d.update(
                status={self.cell(d, "DE", "OC2"): "b|C"})),
            "a break": self.edited(lambda d: d.update(
                status={self.cell(d, "DE", "OC2"): "b"})),
            "values in an array": self.edited(lambda d: d.update(
                value=list(d["value"].values()))),
            "sizes do not fit": self.edited(
                lambda d: d.update(size=[9] * 9)),
            "no dimension": self.edited(lambda d: d.pop("dimension")),
            "a value is a word": self.edited(lambda d: d["value"].update(
                {self.cell(d, "DE", "OC2"): "many"})),
            "a cell beyond": self.edited(
                lambda d: d["value"].update({"999": 5})),
            "geo last": lambda r: as_json(self.dataset(r, (
                "freq", "sex", "indic_se", "time", "sizeclas", "age",
                "unit", "geo", "isco08"))),
            "bad code": lambda r: as_json({"error": [{
                "status": 400, "id": 150,
                "label": "UNKNOWN VALUE for dimension isco08"}]}).having(
                    status=400),
            "too big": lambda r: as_json({"error": [{
                "status": 413, "id": 413,
                "label": "ASYNCHRONOUS_RESPONSE. Your request will be"
                " treated asynchronously."}]}).having(status=413),
        }

    def good(self, request):
        if not request.path.endswith("/data/earn_ses22_21"):
            return NOT_FOUND
        return as_json(self.dataset(request))

    @staticmethod
    def cell(document, geo, group):
        """The number of a cell: the last dimension runs fastest."""
        number = 0
        for name, size in zip(document["id"], document["size"]):
            index = document["dimension"][name]["category"]["index"]
            number = number * size + index.get(
                {"geo": geo, "isco08": group}.get(name), 0)
        return str(number)

    def edited(self, change):
        def reply(request):
            document = self.dataset(request)
            change(document)
            return as_json(document)
        return reply

    def dataset(self, request, order=DIMENSIONS):
        codes = {**self.CONSTANT,
                 "geo": request.query.get("geo", ["DE", "NL"]),
                 "isco08": request.query.get("isco08", self.GROUPS)}
        cells = [()]
        for name in order:
            cells = [(*cell, code) for cell in cells for code in codes[name]]
        value = {}
        for number, cell in enumerate(cells):
            at = dict(zip(order, cell))
            found = self.VALUES.get(at["geo"], {}).get(at["isco08"])
            if found:
                value[str(number)] = found
        return {
            "version": "2.0", "class": "dataset",
            "label": "Mean monthly earnings by sex, age and occupation",
            "source": "ESTAT", "updated": "2026-10-05T23:00:00+0200",
            "value": value, "id": list(order),
            "size": [len(codes[name]) for name in order],
            "dimension": {name: {"label": name, "category": {
                "index": {code: n for n, code in enumerate(codes[name])},
                "label": {code: code for code in codes[name]}}}
                for name in order},
            "extension": {"status": {"label": {"u": "low reliability"}}}}


class Ilostat:
    """Mean monthly earnings by major group of ISCO-08."""
    PATH = "/data/indicator/"
    # No stored copy has rows of this country: made up.
    OTHER = ["MYS,BA:15227,EAR_EMTA_SEX_OCU_CUR_NB,SEX_T,OCU_ISCO08_2,"
             "CUR_TYPE_LCU,2023,5621.5,,,,",
             "MYS,BA:15227,EAR_EMTA_SEX_OCU_CUR_NB,SEX_T,OCU_ISCO08_2,"
             "CUR_TYPE_USD,2023,1232.8,,,,"]

    def __init__(self):
        self.header, *self.rows = read("ilostat.csv")
        self.rows += [row.split(",") for row in self.OTHER]
        labels = [f"{name}.label" for name in self.header[:6]]
        usa = next(row for row in self.rows if row[6] == "2025"
                   and row[4] == "OCU_ISCO08_2")
        self.cases = {
            "a row twice": self.edited(lambda rows: rows + rows[:1]),
            "two sources": self.edited(lambda rows: rows + [
                [*usa[:1], "BX:9999", *usa[2:7], "9999.5", *usa[8:]]]),
            "isco 88": self.edited(lambda rows: rows + [
                [*usa[:4], "OCU_ISCO88_2", *usa[5:7], "1.5", *usa[8:]]]),
            "unreliable": self.edited(lambda rows: [
                [*row[:8], "U", *row[9:]] for row in rows]),
            "a break": self.edited(lambda rows: [
                [*row[:8], "B", *row[9:]] for row in rows]),
            "labels": lambda r: as_csv(
                [[*labels, *self.header[6:]], *self.chosen(r)]),
            "header only": self.edited(lambda rows: []),
            "missing column": lambda r: as_csv(
                [row[:7] for row in [self.header, *self.chosen(r)]]),
            "reordered columns": lambda r: as_csv(
                [row[::-1] for row in [self.header, *self.chosen(r)]]),
            "a value is a word": self.edited(lambda rows: [
                [*row[:7], "many", *row[8:]] for row in rows]),
        }

    def good(self, request):
        if request.path != self.PATH:
            return NOT_FOUND
        return as_csv([self.header, *self.chosen(request)])

    def chosen(self, request):
        areas = request.first("ref_area", "").replace("+", " ").split()
        since = request.first("timefrom", "0")
        return [row for row in self.rows
                if (not areas or row[0] in areas) and row[6] >= since]

    def edited(self, change):
        return lambda request: as_csv(
            [self.header, *change(self.chosen(request))])
