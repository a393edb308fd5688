"""The words of the generated catalogue, each list by how common it is."""
import itertools
import random


def _listed(text):
    return [item.strip() for item in text.replace("\n", " ").split(",")]


ROLES = """Engineer Manager Technician Analyst Specialist Assistant Developer
Coordinator Consultant Officer Designer Supervisor Administrator Operator
Advisor Director Planner Inspector Scientist Researcher Trainer Nurse Teacher
Architect Associate Representative Auditor Writer Editor Producer Counsellor
Therapist Instructor Surveyor Buyer Clerk Driver Installer Mechanic
Tester""".split()

FIELDS = {
    "information-technology": """Software,Data,Web,Network,Security,Cloud,
Frontend,Backend,Database,Systems,Mobile,Full-Stack,Machine Learning,DevOps,
Support,Platform,Information,Quality Assurance,Embedded,Infrastructure,
Application,Game,Test Automation,Site Reliability,Business Intelligence,
Release,Integration,Storage,Identity,Firmware,Computer Vision,Search,Robotics,
Telecommunications,Virtualisation,Blockchain,Mainframe,Compiler""",
    "finance": """Financial,Accounts,Credit,Tax,Investment,Risk,Audit,Payroll,
Insurance,Treasury,Loan,Claims,Pension,Portfolio,Compliance,Billing,Budget,
Fraud,Actuarial,Equity,Mortgage,Wealth,Banking,Collections,Pricing,
Underwriting,Derivatives,Settlement,Trade Finance,Debt""",
    "healthcare": """Clinical,Medical,Nursing,Care,Dental,Pharmacy,Patient,
Mental Health,Laboratory,Radiology,Surgical,Emergency,Rehabilitation,
Paediatric,Midwifery,Nutrition,Optical,Oncology,Cardiac,Public Health,
Anaesthetic,Respiratory,Speech,Occupational Health,Geriatric,Veterinary,
Ultrasound,Dialysis,Audiology,Genetic""",
    "engineering-construction": """Civil,Mechanical,Electrical,Construction,
Site,Project,Structural,Maintenance,Process,Quality,Building Services,
Environmental,Chemical,Safety,Industrial,Materials,Geotechnical,Highway,
Water,Welding,Plumbing,Roofing,Crane,Concrete,Demolition,Tunnel,Rail,Marine,
Aerospace,Acoustic""",
    "education": """Primary School,Secondary School,Special Needs,English,
Mathematics,Early Years,Science,University,Language,Music,Learning,Curriculum,
Library,Sports,Careers,Vocational,Adult Education,Art,History,Admissions,
Examinations,Outdoor Education,Geography,E-Learning,Reading,Drama,Chemistry,
Physics,Kindergarten,Boarding""",
    "creative-media": """Graphic,Content,Video,Digital,Social Media,Fashion,
Interior,Film,Photography,Animation,Sound,Brand,Advertising,Print,Radio,
Television,Exhibition,Copy,Illustration,Motion,Broadcast,Stage,Costume,
Publishing,Packaging,Textile,Jewellery,Podcast,Lighting,Visual Effects""",
    "business": """Sales,Marketing,Product,Operations,Human Resources,Account,
Business,Customer Service,Supply Chain,Procurement,Logistics,Warehouse,Retail,
Office,Recruitment,Export,Event,Property,Change,Strategy,Facilities,Franchise,
Partnership,Inventory,Fleet,Hospitality,Category,Import,Merchandising,
Tourism""",
    "law-public-service": """Legal,Social,Police,Court,Probation,Immigration,
Customs,Policy,Housing,Fire,Contracts,Patent,Planning,Corrections,Welfare,
Youth,Family,Community,Military,Election,Heritage,Census,Benefits,Licensing,
Parks,Refugee,Coastguard,Consular,Parliamentary,Forensic""",
}
FIELDS = {slug: _listed(text) for slug, text in FIELDS.items()}

KINDS = """Technical Commercial Regional Field Assistant Lead Applied Digital
Corporate Clinical Industrial Residential Public Private International Rural
Urban Mobile Night Contract Graduate Principal Strategic Operational Remote
Automotive Offshore Agricultural Pharmaceutical Municipal Nuclear Renewable
Textile Forestry Aviation Mining Naval Solar Wind Arctic""".split()

SKILLS = _listed("""
Communication,Project management,Data analysis,Report writing,
Budgeting,Planning,Negotiation,Quality control,Risk assessment,Documentation,
Testing,Stakeholder management,Problem diagnosis,Scheduling,Safety procedures,
Statistics,Contract law,Process design,Customer care,Technical drawing,
Programming,System design,Procurement,Training others,Research methods,
Presentation,Bookkeeping,Auditing,Regulation,Forecasting,First aid,
Lesson planning,Storytelling,Layout,Interviewing,Maintenance,Calibration,
Welding,Negotiating rent,Triage,Modelling,Surveying,Colour theory,Editing,
Coaching,Case management,Record keeping,Inspection,Estimating,Logistics""")

TOOLS = _listed("""
Excel,Word,SQL,Python,SAP,Power BI,Outlook,Salesforce,AutoCAD,
Jira,Photoshop,Java,Tableau,Git,Linux,Illustrator,Teams,Slack,Docker,
JavaScript,QuickBooks,Revit,MATLAB,Oracle,Figma,AWS,Azure,Kubernetes,R,C++,
PostgreSQL,Go,Node.js,C#,PHP,SPSS,SolidWorks,Premiere Pro,Xero,Moodle""")

SOFT = _listed("""
Patience,Clear writing,Listening,Calm under pressure,Teamwork,
Curiosity,Care with detail,Tact,Stamina,Judgement,Honesty,Initiative""")

TASKS = _listed("""
keep the plans honest,find out what went wrong,do the sums twice,
answer the calls nobody wants,write down what was agreed,mend what is broken,
stand between the rules and the people,make the thing work by Friday""")

SETTINGS = _listed("""
hospitals,banks,schools,factories,ministries,small firms,
building sites,software houses,charities,airlines,law firms,shops,farms,
ports,theatres,newspapers""")

TEXT = """time work team system day data problem question plan change part
number hour week meeting customer result report line order point month case
form price review test answer model note rule trade value record file step
night site rate cost quality message budget page call error release list phone
copy field size state store law class ground paper pattern season"""
TEXT = TEXT.split()

# Names of products and makers, which nobody else has: 4,000 of them.
TAIL = ["".join(parts).capitalize() for parts in itertools.product(
    "ba ce di fo gu ka le mi no pu ra se ti vo xu za".split(),
    "bri cla dro fen gle hor lin mar nex pol qua ren sta tor ula vek".split(),
    "bit dex fy go hub ia kit log max net on pay ris sys tec um".split())]
random.Random(1).shuffle(TAIL)


def _uneven(words, flat=2.0):
    """Weights that fall with the rank, as those of words do."""
    return list(itertools.accumulate(
        1 / (rank + flat) for rank in range(len(words))))


class Picker:
    def __init__(self, rng):
        self.rng = rng
        self.weights = {}

    def one(self, words):
        weights = self.weights.get(id(words))
        if weights is None:
            weights = self.weights[id(words)] = _uneven(words)
        return self.rng.choices(words, cum_weights=weights)[0]

    def some(self, words, count):
        found = {}
        while len(found) < count:
            found[self.one(words)] = None
        return list(found)

    def category(self):
        return self.rng.choices(list(FIELDS),
                                [20, 12, 16, 16, 9, 8, 14, 5])[0]

    def name(self, category, more=0):
        """Kind, field and role; now and then a product instead."""
        parts = [self.one(FIELDS[category]), self.one(ROLES)]
        if self.rng.random() < 0.08:
            parts[0] = self.one(TAIL)
        if self.rng.random() < 0.4 or more:
            parts[:0] = self.some(KINDS, max(1, more))
        return " ".join(parts)

    def synonyms(self, category, name):
        first, _, role = name.rpartition(" ")
        found = {}
        for _ in range(self.rng.choice((0, 1, 1, 2, 3, 5))):
            found[self.rng.choice((
                f"{first} {self.one(ROLES)}",
                f"{self.one(FIELDS[category])} {role}",
                f"{first} {role} ({self.one(TAIL)})"))] = None
        found.pop(name, None)
        return [s for s in found if len(s) <= 60]

    def skills(self, category, count):
        return self.some(SKILLS, count - 1) + [
            f"{self.one(FIELDS[category])} practice"]

    def tools(self, count):
        found = self.some(TOOLS, count)
        if self.rng.random() < 0.3:
            found[-1] = self.one(TAIL)
        return list(dict.fromkeys(found))

    def soft(self, count):
        return self.some(SOFT, count)

    def text(self, category):
        """Words as texts have them: some in all, most in few."""
        found = [self.one(TEXT) for _ in range(60)]
        found += [self.one(TAIL) for _ in range(90)]
        found += [self.one(ROLES), self.one(FIELDS[category]),
                  self.one(SKILLS), self.one(TOOLS)]
        return f"People {' '.join(found).lower()}."

    def task(self):
        return self.one(TASKS)

    def setting(self):
        return self.one(SETTINGS)
