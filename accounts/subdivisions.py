"""ISO 3166-2 subdivisions of Australia, Canada and the United States, each with its capital."""

from typing import Final, NamedTuple


class Subdivision(NamedTuple):
    """One state, province or territory: ISO 3166-2 code, name, capital and where that lies."""

    code: str
    name: str
    capital: str
    latitude: float
    longitude: float


# The tzdata package has no table of subdivisions, so this one is ours: codes and names of
# ISO 3166-2, capitals with GeoNames coordinates (geonames.org, CC BY 4.0) rounded to a tenth of a
# degree, about 10 km, far finer than any choice of region needs.
# American Samoa, Guam, Puerto Rico and the other US islands are ISO 3166-1 countries of their own.
SUBDIVISIONS: Final[dict[str, tuple[Subdivision, ...]]] = {
    "AU": (
        Subdivision("AU-ACT", "Australian Capital Territory", "Canberra", -35.3, 149.1),
        Subdivision("AU-NSW", "New South Wales", "Sydney", -33.9, 151.2),
        Subdivision("AU-NT", "Northern Territory", "Darwin", -12.5, 130.8),
        Subdivision("AU-QLD", "Queensland", "Brisbane", -27.5, 153.0),
        Subdivision("AU-SA", "South Australia", "Adelaide", -34.9, 138.6),
        Subdivision("AU-TAS", "Tasmania", "Hobart", -42.9, 147.3),
        Subdivision("AU-VIC", "Victoria", "Melbourne", -37.8, 145.0),
        Subdivision("AU-WA", "Western Australia", "Perth", -32.0, 115.9),
    ),
    "CA": (
        Subdivision("CA-AB", "Alberta", "Edmonton", 53.6, -113.5),
        Subdivision("CA-BC", "British Columbia", "Victoria", 48.4, -123.4),
        Subdivision("CA-MB", "Manitoba", "Winnipeg", 49.9, -97.1),
        Subdivision("CA-NB", "New Brunswick", "Fredericton", 45.9, -66.7),
        Subdivision("CA-NL", "Newfoundland and Labrador", "St. John’s", 47.6, -52.7),
        Subdivision("CA-NS", "Nova Scotia", "Halifax", 44.6, -63.6),
        Subdivision("CA-NT", "Northwest Territories", "Yellowknife", 62.5, -114.4),
        Subdivision("CA-NU", "Nunavut", "Iqaluit", 63.7, -68.5),
        Subdivision("CA-ON", "Ontario", "Toronto", 43.7, -79.4),
        Subdivision("CA-PE", "Prince Edward Island", "Charlottetown", 46.2, -63.1),
        Subdivision("CA-QC", "Quebec", "Quebec City", 46.8, -71.2),
        Subdivision("CA-SK", "Saskatchewan", "Regina", 50.5, -104.6),
        Subdivision("CA-YT", "Yukon", "Whitehorse", 60.7, -135.1),
    ),
    "US": (
        Subdivision("US-AL", "Alabama", "Montgomery", 32.4, -86.3),
        Subdivision("US-AK", "Alaska", "Juneau", 58.3, -134.4),
        Subdivision("US-AZ", "Arizona", "Phoenix", 33.4, -112.1),
        Subdivision("US-AR", "Arkansas", "Little Rock", 34.7, -92.3),
        Subdivision("US-CA", "California", "Sacramento", 38.6, -121.5),
        Subdivision("US-CO", "Colorado", "Denver", 39.7, -105.0),
        Subdivision("US-CT", "Connecticut", "Hartford", 41.8, -72.7),
        Subdivision("US-DE", "Delaware", "Dover", 39.2, -75.5),
        Subdivision("US-DC", "District of Columbia", "Washington", 38.9, -77.0),
        Subdivision("US-FL", "Florida", "Tallahassee", 30.4, -84.3),
        Subdivision("US-GA", "Georgia", "Atlanta", 33.7, -84.4),
        Subdivision("US-HI", "Hawaii", "Honolulu", 21.3, -157.9),
        Subdivision("US-ID", "Idaho", "Boise", 43.6, -116.2),
        Subdivision("US-IL", "Illinois", "Springfield", 39.8, -89.6),
        Subdivision("US-IN", "Indiana", "Indianapolis", 39.8, -86.2),
        Subdivision("US-IA", "Iowa", "Des Moines", 41.6, -93.6),
        Subdivision("US-KS", "Kansas", "Topeka", 39.0, -95.7),
        Subdivision("US-KY", "Kentucky", "Frankfort", 38.2, -84.9),
        Subdivision("US-LA", "Louisiana", "Baton Rouge", 30.4, -91.2),
        Subdivision("US-ME", "Maine", "Augusta", 44.3, -69.8),
        Subdivision("US-MD", "Maryland", "Annapolis", 39.0, -76.5),
        Subdivision("US-MA", "Massachusetts", "Boston", 42.4, -71.1),
        Subdivision("US-MI", "Michigan", "Lansing", 42.7, -84.6),
        Subdivision("US-MN", "Minnesota", "Saint Paul", 44.9, -93.1),
        Subdivision("US-MS", "Mississippi", "Jackson", 32.3, -90.2),
        Subdivision("US-MO", "Missouri", "Jefferson City", 38.6, -92.2),
        Subdivision("US-MT", "Montana", "Helena", 46.6, -112.0),
        Subdivision("US-NE", "Nebraska", "Lincoln", 40.8, -96.7),
        Subdivision("US-NV", "Nevada", "Carson City", 39.2, -119.8),
        Subdivision("US-NH", "New Hampshire", "Concord", 43.2, -71.5),
        Subdivision("US-NJ", "New Jersey", "Trenton", 40.2, -74.7),
        Subdivision("US-NM", "New Mexico", "Santa Fe", 35.7, -105.9),
        Subdivision("US-NY", "New York", "Albany", 42.7, -73.8),
        Subdivision("US-NC", "North Carolina", "Raleigh", 35.8, -78.6),
        Subdivision("US-ND", "North Dakota", "Bismarck", 46.8, -100.8),
        Subdivision("US-OH", "Ohio", "Columbus", 40.0, -83.0),
        Subdivision("US-OK", "Oklahoma", "Oklahoma City", 35.5, -97.5),
        Subdivision("US-OR", "Oregon", "Salem", 44.9, -123.0),
        Subdivision("US-PA", "Pennsylvania", "Harrisburg", 40.3, -76.9),
        Subdivision("US-RI", "Rhode Island", "Providence", 41.8, -71.4),
        Subdivision("US-SC", "South Carolina", "Columbia", 34.0, -81.0),
        Subdivision("US-SD", "South Dakota", "Pierre", 44.4, -100.4),
        Subdivision("US-TN", "Tennessee", "Nashville", 36.2, -86.8),
        Subdivision("US-TX", "Texas", "Austin", 30.3, -97.7),
        Subdivision("US-UT", "Utah", "Salt Lake City", 40.8, -111.9),
        Subdivision("US-VT", "Vermont", "Montpelier", 44.3, -72.6),
        Subdivision("US-VA", "Virginia", "Richmond", 37.6, -77.5),
        Subdivision("US-WA", "Washington", "Olympia", 47.0, -122.9),
        Subdivision("US-WV", "West Virginia", "Charleston", 38.3, -81.6),
        Subdivision("US-WI", "Wisconsin", "Madison", 43.1, -89.4),
        Subdivision("US-WY", "Wyoming", "Cheyenne", 41.1, -104.8),
    ),
}
