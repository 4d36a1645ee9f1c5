"""Ten things for the table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

CATEGORIES = {
    "ceramics": ("Ceramics", "<p>Thrown by hand, glazed with ash and salt.</p>"),
    "linen": ("Linen", "<p>Woven in the Minho, washed soft.</p>"),
    "wood": ("Wood", "<p>Olive and walnut, oiled twice.</p>"),
    "workshops": ("Workshops", "<p>From our studio to your kitchen.</p>"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One product."""

    slug: str
    title: str
    category: str
    price: str
    text: str
    facts: tuple[str, str, str] = ("", "", "")  # material, size, care
    goes_with: tuple[str, ...] = ()
    is_digital: bool = False

    @property
    def amount(self) -> Decimal:
        """Return the price."""
        return Decimal(self.price)


THINGS = (
    Thing(
        slug="stoneware-bowl", title="Stoneware bowl", category="ceramics", price="28.00",
        text="A deep bowl for soup, salad or clementines. The ash glaze runs a little differently on each one.",
        facts=("Stoneware, ash glaze", "18 cm across, 9 cm high", "Dishwasher and oven"),
        goes_with=("serving-plate", "olive-wood-spoons", "linen-napkins"),
    ),
    Thing(
        slug="pour-over-jug", title="Pour-over jug", category="ceramics", price="46.00",
        text="Terracotta that keeps coffee warm and water cool. The spout does not drip; we tried it four hundred times.",
        facts=("Terracotta, half glazed", "600 ml", "Wash by hand"),
        goes_with=("espresso-cups", "walnut-board", "salt-jar"),
    ),
    Thing(
        slug="serving-plate", title="Serving plate", category="ceramics", price="38.00",
        text="Wide enough for a whole sea bream. Its glaze has the green of the river on a clear day.",
        facts=("Stoneware, sea glaze", "30 cm across", "Dishwasher"),
        goes_with=("stoneware-bowl", "linen-tablecloth", "walnut-board"),
    ),
    Thing(
        slug="espresso-cups", title="Espresso cups, pair", category="ceramics", price="32.00",
        text="Two small cups with a round handle and a thick wall. Dipped, not painted.",
        facts=("Stoneware, tin glaze", "80 ml each", "Dishwasher"),
        goes_with=("pour-over-jug", "linen-napkins", "salt-jar"),
    ),
    Thing(
        slug="salt-jar", title="Salt jar", category="ceramics", price="34.00",
        text="For the coarse salt beside the stove. The lid is olive wood and lets the salt breathe.",
        facts=("Stoneware, olive wood", "11 cm across, 12 cm high", "Wipe the lid, wash the jar"),
        goes_with=("olive-wood-spoons", "walnut-board", "stoneware-bowl"),
    ),
    Thing(
        slug="linen-tablecloth", title="Linen tablecloth", category="linen", price="89.00",
        text="Heavy washed linen in the colour of oats. It does not want an iron.",
        facts=("100 % European linen", "160 × 250 cm", "40 °C, line dry"),
        goes_with=("linen-napkins", "serving-plate", "stoneware-bowl"),
    ),
    Thing(
        slug="linen-napkins", title="Linen napkins, four", category="linen", price="36.00",
        text="Four napkins in clay red, with a mitred hem sewn by Dona Alice.",
        facts=("100 % European linen", "45 × 45 cm", "40 °C, line dry"),
        goes_with=("linen-tablecloth", "espresso-cups", "serving-plate"),
    ),
    Thing(
        slug="olive-wood-spoons", title="Olive wood spoons, three", category="wood", price="24.00",
        text="A cook’s spoon, a taster and a spatula, cut from one branch.",
        facts=("Olive wood, linseed oil", "30 cm", "Wash by hand, oil now and then"),
        goes_with=("salt-jar", "stoneware-bowl", "walnut-board"),
    ),
    Thing(
        slug="walnut-board", title="Walnut board", category="wood", price="58.00",
        text="End of the plank, heart of the tree. For bread and cheese; the hole is for hanging it in the sun.",
        facts=("Walnut, linseed oil", "38 × 22 cm", "Wipe, oil now and then"),
        goes_with=("salt-jar", "serving-plate", "olive-wood-spoons"),
    ),
    Thing(
        slug="glazing-at-home", title="Glazing at home, a film", category="workshops", price="19.00", is_digital=True,
        text="Two hours in our studio, in nine short parts: mixing, dipping, pouring, and what to do when it goes wrong.",
        facts=("Film, English with subtitles", "2 h 05 min", "Sent by email"),
        goes_with=("stoneware-bowl", "espresso-cups", "pour-over-jug"),
    ),
)  # fmt: skip

COUNTRIES = {
    "PT": ("PRT", "620", "Portugal"), "AT": ("AUT", "040", "Austria"), "BE": ("BEL", "056", "Belgium"),
    "CH": ("CHE", "756", "Switzerland"), "DE": ("DEU", "276", "Germany"), "ES": ("ESP", "724", "Spain"),
    "FR": ("FRA", "250", "France"), "GB": ("GBR", "826", "United Kingdom"), "IE": ("IRL", "372", "Ireland"),
    "IT": ("ITA", "380", "Italy"), "NL": ("NLD", "528", "Netherlands"), "US": ("USA", "840", "United States"),
    "AE": ("ARE", "784", "United Arab Emirates"), "CA": ("CAN", "124", "Canada"),
}  # fmt: skip

HOME = {
    "title": "Tilia & Sal",
    "welcome": "Things for the table, made slowly.",
    "intro": "A small studio in Porto: stoneware, linen and olive wood for kitchens that are used every day.",
    "story": (
        "<h2>Two people, one kiln</h2>"
        "<p>Tilia is the linden tree in our yard, sal is salt. We throw on Mondays and Tuesdays, glaze on Wednesdays, "
        "and pack on Thursdays with the radio on.</p>"
        "<p>Each order leaves within two working days, wrapped in paper. From then on you can see where it is, "
        "on a page that only you need to know.</p>"
    ),
}
