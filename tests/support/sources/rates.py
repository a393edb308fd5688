"""Sources of rates: the ECB, Frankfurter and the World Bank.

USD, CZK, DKK, PLN, SEK and NOK are as the ECB had them on 2026-09-11, the
dirham is bound to the dollar by 3.6725; all other daily rates are made up.
Yearly averages are the World Bank's, purchasing power is made up.
"""
import json
import re

from support.sources.tables import NOT_FOUND, read
from support.sources.wire import Reply, as_json

DAY = "2026-09-11"
EURO = {"USD": "1.1592", "CZK": "24.264", "DKK": "7.4748", "PLN": "4.3250",
        "SEK": "11.2373", "NOK": "10.7805", "GBP": "0.8638", "AUD": "1.7531",
        "CAD": "1.6049", "IDR": "18942.11", "INR": "101.0430",
        "MYR": "4.8889", "NZD": "1.9523", "PHP": "66.284", "SGD": "1.4873",
        "THB": "37.294"}
OURS = set(EURO) - {"CZK", "DKK", "PLN", "SEK", "NOK"}
BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol">%s]>
<Envelope><Cube><Cube time='2026-09-11'>
<Cube currency='USD' rate='&i;'/></Cube></Cube></Envelope>
""" % "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">'
              for before, name in zip("abcdefgh", "bcdefghi"))


class Ecb:
    def __init__(self):
        self.cases = {
            "90 days": lambda r: self.days("2026-09-11", "2026-09-10",
                                           "2026-09-09"),
            "weekend": lambda r: self.days("2026-09-18"),
            "a rate twice": lambda r: self.changed(
                "</Cube>\n\t</Cube>",
                "<Cube currency='USD' rate='1.2'/></Cube>\n\t</Cube>"),
            "missing currency": lambda r: self.without("MYR"),
            "entity bomb": lambda r: self.reply(BOMB),
            "a document type": lambda r: self.reply(self.text().replace(
                "?>", "?>\n<!DOCTYPE Envelope>", 1)),
            "another file's entity": lambda r: self.reply(
                self.text().replace("?>", "?>\n<!DOCTYPE Envelope [<!ENTITY"
                                    " x SYSTEM 'file:///etc/passwd'>]>", 1)
                .replace("1.1592", "&x;")),
            "no cubes": lambda r: self.reply(
                re.sub(r"<Cube.*</Cube>", "", self.text(), flags=re.S)),
            "no time": lambda r: self.changed(f" time='{DAY}'", ""),
            "time is a word": lambda r: self.changed(DAY, "today"),
            "a day to come": lambda r: self.changed(DAY, "2099-09-11"),
            "no such day": lambda r: self.changed(DAY, "2026-02-30"),
            "rate is a word": lambda r: self.changed("1.1592", "many"),
            "rate is nought": lambda r: self.changed("1.1592", "0"),
            "rate is negative": lambda r: self.changed("1.1592", "-1.1592"),
            "no rate": lambda r: self.changed(" rate='1.1592'", ""),
            "not closed": lambda r: self.changed("</gesmes:Envelope>", ""),
            "half a rate": lambda r: self.changed("1.1592", "0.5796"),
        }

    def good(self, request):
        if not request.path.endswith("/eurofxref-daily.xml"):
            return NOT_FOUND
        return self.days(DAY)

    def reply(self, text):
        return Reply(body=text.encode("utf-8"), type="text/xml")

    def text(self, *days, rates=None):
        rates = rates or EURO
        days = "".join(
            f"\t\t<Cube time='{day}'>\n" + "".join(
                f"\t\t\t<Cube currency='{name}' rate='{rate}'/>\n"
                for name, rate in rates.items()) + "\t\t</Cube>\n"
            for day in days or (DAY,))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<gesmes:Envelope'
            ' xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
            ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
            "\t<gesmes:subject>Reference rates</gesmes:subject>\n"
            "\t<gesmes:Sender>\n\t\t<gesmes:name>European Central Bank"
            "</gesmes:name>\n\t</gesmes:Sender>\n\t<Cube>\n"
            f"{days}\t</Cube>\n</gesmes:Envelope>\n")

    def days(self, *days):
        return self.reply(self.text(*days))

    def without(self, name):
        return self.reply(self.text(rates={
            key: rate for key, rate in EURO.items() if key != name}))

    def changed(self, old, new):
        return self.reply(self.text().replace(old, new))


class Frankfurter:
    RATES = {"AED": 4.25716, "VND": 30512.4}

    def __init__(self):
        self.cases = {
            "version 1": lambda r: as_json({
                "amount": 1.0, "base": "EUR", "date": DAY,
                "rates": self.RATES}),
            "not found": lambda r: as_json(
                {"message": "not found"}).having(status=404),
            "no rows": lambda r: as_json([]),
            "a row twice": lambda r: as_json(self.rows() * 2),
            "one currency": lambda r: as_json(self.rows()[:1]),
            "another base": self.each(lambda row: row.update(base="USD")),
            "no rate": self.each(lambda row: row.pop("rate")),
            "rate is a word": self.each(lambda row: row.update(rate="many")),
            "rate is negative": self.each(lambda row: row.update(rate=-1)),
            "date is a word": self.each(lambda row: row.update(date="now")),
            "reordered": lambda r: as_json(self.rows()[::-1]),
        }

    def good(self, request):
        if not request.path.startswith("/v2/rates"):
            return NOT_FOUND
        return as_json(self.rows())

    def rows(self):
        return [{"date": DAY, "base": "EUR", "quote": quote, "rate": rate}
                for quote, rate in self.RATES.items()]

    def each(self, change):
        def reply(_request):
            rows = self.rows()
            for row in rows:
                change(row)
            return as_json(rows)
        return reply


class WorldBank:
    NAMES = {"AE": ("ARE", "United Arab Emirates"), "AU": ("AUS", "Australia"),
             "CA": ("CAN", "Canada"), "DE": ("DEU", "Germany"),
             "GB": ("GBR", "United Kingdom"), "IN": ("IND", "India"),
             "NL": ("NLD", "Netherlands"), "SG": ("SGP", "Singapore"),
             "US": ("USA", "United States")}
    TITLES = {"PA.NUS.FCRF":
              "Official exchange rate (LCU per US$, period average)",
              "PA.NUS.PRVT.PP":
              "PPP conversion factor, private consumption (LCU per"
              " international $)"}
    REFUSAL = [{"message": [{
        "id": "120", "key": "Invalid value",
        "value": "The provided parameter value is not valid"}]}]

    def __init__(self):
        self.values = {(code, year): float(value)
                       for code, year, value in read("worldbank.csv")[1:]}
        self.cases = {
            "refused": lambda r: as_json(self.REFUSAL),
            "null instead of rows": lambda r: as_json(
                [self.head(0, 0, 1, 0), None]),
            "null values": self.each(lambda row: row.update(
                value=None if row["date"] == "2025" else row["value"])),
            "all values are null": self.each(
                lambda row: row.update(value=None)),
            "two pages": lambda r: self.page(r, 40),
            "second page refused": lambda r: as_json(self.REFUSAL)
            if r.first("page", "1") == "2" else self.page(r, 40),
            "a value is a word": self.each(
                lambda row: row.update(value="many")),
            "a value is negative": self.each(
                lambda row: row.update(value=-1.5)),
            "no date": self.each(lambda row: row.pop("date")),
            "a row twice": self.twice,
            "an object": lambda r: as_json({"message": "no"}),
            "a million pages": lambda r: self.page(r, 40, pages=1_000_000),
        }

    def good(self, request):
        return self.page(request, 20000)

    def twice(self, request):
        head, rows = self.good(request).document()
        return as_json([head, rows * 2])

    def page(self, request, most, pages=None):
        match = re.fullmatch(r"/v2/country/([\w;]+)/indicator/([\w.]+)",
                             request.path.replace("%3B", ";"))
        if not match or match[2] not in self.TITLES:
            return as_json(self.REFUSAL)
        rows = self.rows(match[1].split(";"), match[2],
                         *request.first("date", "1960:2026").split(":"))
        size = min(int(request.first("per_page", "50")), most)
        number = int(request.first("page", "1"))
        pages = pages or -(-len(rows) // size)
        chosen = rows[(number - 1) * size:number * size]
        return as_json([self.head(number, pages, size, len(rows)),
                        chosen or None])

    @staticmethod
    def head(page, pages, size, total):
        return {"page": page, "pages": pages, "per_page": size,
                "total": total, "sourceid": "2",
                "lastupdated": "2026-07-13"}

    def rows(self, countries, indicator, start, end=None):
        """Newest year first in each country, as the World Bank has it."""
        found = []
        for code, (iso3, name) in self.NAMES.items():
            if not {code, iso3, "all"} & set(countries):
                continue
            for year in range(int(end or start), int(start) - 1, -1):
                value = self.values.get((code, str(year)))
                if value and indicator != "PA.NUS.FCRF":
                    value = round(value * 0.8, 6)
                found.append({
                    "indicator": {"id": indicator,
                                  "value": self.TITLES[indicator]},
                    "country": {"id": code, "value": name},
                    "countryiso3code": iso3, "date": str(year),
                    "value": value, "unit": "", "obs_status": "",
                    "decimal": 2})
        return found

    def each(self, change):
        def reply(request):
            document = json.loads(self.good(request).body)
            for row in document[1]:
                change(row)
            return as_json(document)
        return reply
