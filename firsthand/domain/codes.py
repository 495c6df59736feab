"""The closed lists of a report, as codes. Their words in every language stand in `assets/catalogues`.

A test holds the two equal. Codes are retired, never used again; order is the order on a screen.
"""

from __future__ import annotations

from collections.abc import Mapping

KINDS = (
    "flash", "incident", "interview", "follow_up", "monitoring_visit", "media", "community_alert",
    "trial_monitoring", "nil_return", "not_reachable", "speech_log", "detention_visit",
)  # fmt: skip
KINDS_OF_FORM_1 = KINDS[:8]
RETURNS = frozenset({"nil_return", "not_reachable"})  # nothing happened, or nobody could look
ACTLESS_KINDS = RETURNS | {"speech_log", "detention_visit"}
HANDLING = ("unclassified", "confidential", "strictly_confidential")

SEXES = ("F", "M", "X", "U")
AGES = ("0-4", "5-11", "12-17", "child", "18-59", "60+", "adult", "unknown")
CHILD_AGES = frozenset({"0-4", "5-11", "12-17", "child"})
ADULT_AGES = frozenset({"18-59", "60+", "adult"})
AGE_BASES = ("document", "stated", "caregiver", "estimated", "appearance")
STATUSES = ("CIV", "PROT", "AF", "DPH", "UNK")
OUTCOMES = ("killed", "injured", "missing", "abducted", "detained", "sexual_violence", "displaced", "other")
DISPLACEMENT = ("resident", "idp", "refugee", "returnee", "asylum_seeker", "stateless", "other", "unknown")

CONTEXTS = ("iac", "niac", "none", "unknown")
TRENDS = ("isolated", "repeated", "escalating", "unknown")
TARGETING = ("group", "political", "opportunistic", "indiscriminate", "unknown")
NEEDS = ("none", "medical", "evacuation", "patrol", "shelter", "water_food")
TIMES_OF_DAY = ("dawn", "morning", "midday", "afternoon", "evening", "night", "unknown")
PLACE_TYPES = (
    "home", "village", "market", "water_point", "field_path", "road", "bridge", "checkpoint", "idp_site",
    "mine_site", "grazing_corridor", "radio_station", "school", "health_facility", "worship", "detention",
    "base", "public_building", "border", "other", "unknown",
)  # fmt: skip
DAMAGE = ("homes", "school", "health", "market", "religious", "water", "crops", "cattle")
WEAPONS = (
    "C_HVY", "C_PLANT", "C_SALW", "C_INC", "C_CBRN", "C_EM", "C_LLW", "C_DENIAL", "C_ACC", "C_OBJ", "C_UNK",
)  # fmt: skip

ACTOR_CLASSES = (
    "state_military", "state_police", "intelligence", "prison", "other_official", "pro_government_militia",
    "armed_group", "foreign_forces", "peacekeepers", "private_security", "mob", "criminal",
    "family_community", "unknown",
)  # fmt: skip
IDENTIFICATION = (
    "known_personally", "uniform", "language", "self_identified", "vehicle", "territory", "told_by_others",
    "document", "inference",
)  # fmt: skip
CERTAINTIES = ("P0", "P1", "P2", "P3")  # P4 is a court's
LEVELS = ("individual", "team", "company", "battalion", "brigade", "force", "party", "unknown")

SOURCE_CLASSES = (
    "victim", "direct_witness", "relative", "community_leader", "local_authority", "police", "military",
    "armed_group", "ngo_national", "ngo_international", "un_component", "health_worker", "religious",
    "teacher", "media", "open_source", "detainee", "perpetrator", "anonymous", "own_observation",
)  # fmt: skip
SOURCE_FAMILIES = ("MISSION", "STATE", "NGO", "COMMUNITY", "MEDIA", "OTHER")
FIRST_HAND = ("saw", "heard", "told_by_victim", "told_by_other", "read", "inferred")
RELIABILITIES = ("A", "B", "C", "D", "E", "F")
CREDIBILITIES = (1, 2, 3, 4, 5, 6)
DATE_PRECISIONS = (1, 2, 3, 4, 5)
PLACE_PRECISIONS = (1, 2, 3, 4, 5, 6, 7)

VERIFICATION = (
    "unverified", "under_verification", "corroborated", "verified", "not_verifiable", "refuted",
)  # fmt: skip
METHODS = tuple(f"V{number:02d}" for number in range(1, 16))

BASES = ("vital_interests", "beneficiary_interests", "legal_obligation", "legitimate_interests", "contract")
EXPLAINED_BY = ("officer", "interpreter", "support_person", "caregiver", "focal_point", "other")

# -- form 2 ------------------------------------------------------------------------------------------------
CHANGES = ("new_information", "correction")
LINK_KINDS = ("same_incident", "follows", "same_actor", "same_victim", "pattern", "same_source")
PERSON_LINKS = frozenset({"same_victim", "same_source"})  # say that two reports speak of one person
RESPONSES_BY = ("mission", "state", "ngo", "community", "other")
RESPONSES_WHAT = (
    "patrol", "medical", "evacuation", "shelter", "food_water", "investigation", "arrest", "mediation",
    "none", "other",
)  # fmt: skip
COVERAGE_REASONS = ("security", "road", "weather", "denied", "network", "staff", "unknown")
SIGNAL_GROUPS = (
    "mobilisation", "movement", "population", "speech", "politics", "economy", "access", "violence",
    "silence",
)  # fmt: skip
SIGNALS = (
    "recruits", "training", "oaths", "uniforms", "bulk_purchase",
    "night_convoys", "unit_leaves", "police_leave", "checkpoint_moved",
    "sent_away", "school_empty", "market_empty", "cattle_moved", "sleeping_outside", "property_sold",
    "new_radio_slot", "coded_words", "lists", "sermons", "sms_chains", "markings",
    "verdict", "election", "census", "anniversary", "purge", "chief_succession",
    "price_jump", "mine_change", "tax_checkpoint", "season",
    "aid_denied", "phone_cut", "road_cut",
    "leader_killed", "reprisal", "concern_s_cluster", "house_burning", "cattle_raid",
    "area_silent",
)  # fmt: skip
SPEECH_CHANNELS = (
    "radio", "television", "sermon", "rally", "social_media", "sms", "leaflet", "graffiti", "rumour", "other",
)  # fmt: skip
SPEECH_CALLS = ("dehumanise", "threat", "leave", "attack", "mobilise", "other")
VISIT_ACCESS = ("full", "partial", "refused")
VISIT_TALKS = ("yes", "no", "partly")
VISIT_CONCERNS = (
    "overcrowding", "food", "water", "health_care", "ill_treatment", "deaths", "no_register", "over_time",
    "children_with_adults", "women_with_men", "incommunicado", "no_lawyer",
)  # fmt: skip
GIVEN_AS = ("map", "gazetteer", "mgrs", "plus_code", "gps", "words")
UNITS_COUNTED = ("person", "group", "family", "community", "institution")
DISABILITIES = ("yes", "no", "declined", "unknown")
SPECIAL_STATUSES = (
    "separated_child", "unaccompanied_child", "pregnant", "detainee", "defender", "journalist", "leader",
    "ex_combatant",
)  # fmt: skip
CHILD_STATUSES = frozenset({"separated_child", "unaccompanied_child"})
OCCUPATIONS = (
    "farmer", "herder", "fisher", "miner", "trader", "craft", "transport", "labourer", "domestic", "pupil",
    "teacher", "health_worker", "aid_worker", "official", "security", "religious", "media", "lawyer", "none",
    "other", "unknown",
)  # fmt: skip
# So many have these that one of them does not tell who somebody is.
COMMON_OCCUPATIONS = frozenset(
    {"farmer", "herder", "fisher", "miner", "trader", "craft", "transport", "labourer", "domestic", "pupil",
     "none", "other", "unknown"}
)  # fmt: skip
RELATIONSHIPS = ("none", "known", "family", "authority", "intimate_partner", "unknown")
RANK_CLASSES = ("soldier", "nco", "officer", "senior", "unknown")
DEGREES = ("direct", "ordered", "present", "aided", "failed_to_prevent", "unknown")
CLAIMS = ("claimed", "denied", "none", "unknown")
ACTOR_STATUSES = ("at_large", "in_service", "detained", "dead", "unknown")
CONNECTIONS = (
    "harmed", "witness", "took_part", "relative", "colleague", "same_organisation", "actor_relative",
    "actor_colleague", "reporter", "lawyer", "medical", "ngo", "community", "official", "none", "unknown",
)  # fmt: skip
YES_NO_UNKNOWN = ("yes", "no", "unknown")
SOURCE_RISKS = ("low", "medium", "high")

LISTS: Mapping[str, tuple[str, ...]] = {
    "actor_classes": ACTOR_CLASSES,
    "actor_statuses": ACTOR_STATUSES,
    "age_bases": AGE_BASES,
    "ages": AGES,
    "bases": BASES,
    "certainties": CERTAINTIES,
    "changes": CHANGES,
    "claims": CLAIMS,
    "connections": CONNECTIONS,
    "contexts": CONTEXTS,
    "coverage_reasons": COVERAGE_REASONS,
    "credibilities": tuple(str(grade) for grade in CREDIBILITIES),
    "damage": DAMAGE,
    "date_precisions": tuple(str(step) for step in DATE_PRECISIONS),
    "degrees": DEGREES,
    "disabilities": DISABILITIES,
    "displacement": DISPLACEMENT,
    "explained_by": EXPLAINED_BY,
    "first_hand": FIRST_HAND,
    "given_as": GIVEN_AS,
    "handling": HANDLING,
    "identification": IDENTIFICATION,
    "kinds": KINDS,
    "levels": LEVELS,
    "link_kinds": LINK_KINDS,
    "methods": METHODS,
    "needs": NEEDS,
    "occupations": OCCUPATIONS,
    "outcomes": OUTCOMES,
    "place_precisions": tuple(str(step) for step in PLACE_PRECISIONS),
    "place_types": PLACE_TYPES,
    "rank_classes": RANK_CLASSES,
    "relationships": RELATIONSHIPS,
    "reliabilities": RELIABILITIES,
    "responses_by": RESPONSES_BY,
    "responses_what": RESPONSES_WHAT,
    "sexes": SEXES,
    "signal_groups": SIGNAL_GROUPS,
    "signals": SIGNALS,
    "source_classes": SOURCE_CLASSES,
    "source_families": SOURCE_FAMILIES,
    "source_risks": SOURCE_RISKS,
    "special_statuses": SPECIAL_STATUSES,
    "speech_calls": SPEECH_CALLS,
    "speech_channels": SPEECH_CHANNELS,
    "statuses": STATUSES,
    "targeting": TARGETING,
    "times_of_day": TIMES_OF_DAY,
    "trends": TRENDS,
    "units_counted": UNITS_COUNTED,
    "verification": VERIFICATION,
    "visit_access": VISIT_ACCESS,
    "visit_concerns": VISIT_CONCERNS,
    "visit_talks": VISIT_TALKS,
    "weapons": WEAPONS,
    "yes_no_unknown": YES_NO_UNKNOWN,
}
