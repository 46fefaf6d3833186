"""Invented people of many cultures, addresses and words for the demo; nobody real."""

GIVEN = tuple(
    """
    Abena Adaeze Aiko Akosua Alejandra Alinta Amara Amelie Amina Amir Ananya Anders Aoife Arjun Asha Astrid Ayanda Ayse
    Beatriz Bence Benjamin Bilal Birgit Bjorn Bronwyn Camila Cedric Charlotte Chidi Chloe Ciara Clara Daan Daniela
    Darius Deepak Diego Dilara Divya Dmitri Eamon Edith Efua Eilidh Eleni Elif Emeka Emil Enrique Erik Esther Ewa
    Fatima Faisal Femi Finn Fiona Florian Folau Freya Gabriela George Giulia Grace Gurpreet Hamish Hana Hannah Hassan
    Henrik Hiroshi Hugo Ibrahim Ines Ingrid Irina Isabel Ishaan Ivan Jarrah Jasper Javier Jelena Joaquin Johanna Jonas
    Josefina Kahu Kamal Karin Kateryna Keiko Khadija Kiri Kofi Krishna Kwame Laila Lars Latisha Leila Leo Liam Linh
    Lucia Ludmila Magda Mahsa Malia Manaia Marco Margit Mariam Mateo Matilda Mehmet Mere Mia Miguel Milan Mina Mohini
    Nadia Naoki Nasrin Neha Ngaire Nia Niamh Nikolai Noor Nora Obinna Odette Ole Oliver Omar Orla Osman Paloma Patrick
    Pedro Petra Phuong Pita Priya Quang Rafael Rania Rasmus Ravi Rebecca Rewi Rina Rohan Rosa Ruby Ruth Sadia Saoirse
    Sefa Selma Shirin Sibusiso Silvia Simone Sina Sione Sofia Soren Stefan Sunita Tala Tamati Tane Teresa Thandi Thomas
    Tomasz Tui Uma Valentina Vikram Vera Wanjiru Wei William Wiremu Xin Yara Yasmin Yiannis Yuki Yusuf Zainab Zofia
    """.split()  # noqa: SIM905 - a wall of quotes would be harder to read
)
FAMILY = tuple(
    """
    Abara Abbott Achterberg Adeyemi Ahmadi Alvarez Andersen Aoki Asante Bakker Balogun Banerjee Barros Becker Bianchi
    Boateng Brennan Byrne Campbell Castillo Chandra Chukwu Costa Cruz Dalgaard Danso Davies Demir Devi Diallo Doyle
    Duarte Eriksen Estrada Faleolo Farouk Fernando Fitzgerald Fonseca Forsyth Fujita Gallagher Gebre Georgiou Ghosh
    Gomez Gorski Gupta Haddad Hakimi Halvorsen Hansen Haruna Hegarty Herrera Hofmann Hosseini Hughes Ibarra Iyer Jansen
    Jimenez Johansson Kalu Kamara Kapoor Karimi Kaya Keane Kelly Khalil Kimura Kovacs Kowalczyk Kuznetsov Lam Larsen
    Lindholm Lombardi Lopes Lynch Mabaso MacLeod Mahlangu Mahuta Malik Marino Martins Mbeki McCarthy Mehta Mensah Meyer
    Mishra Moana Molina Moreau Mwangi Nakamura Navarro Ndlovu Nguyen Nolan Novak Nowak Nunez Nyambura OBrien Odhiambo
    Ogawa Okonkwo Oliveira Olsen Ortega Osei Owusu Papadakis Parata Patel Pereira Petrov Pham Popov Quispe Rahman Ramos
    Rangi Rao Reddy Reyes Ribeiro Richter Roberts Romano Rossi Ryan Sahin Saito Salazar Santos Sato Schmidt Seddon
    Seiuli Sharma Sheehan Silva Singh Sithole Soto Stewart Suzuki Takahashi Tamihana Tan Taufa Teixeira Thomson Toth
    Tran Tupou Uchenna Vaai Vargas Vega Virtanen Vogel Walker Weber Whitlam Williams Wong Yamada Yildiz Zaman Zhang
    """.split()  # noqa: SIM905
)
STREETS = (
    "Wattle Street", "Harbour Road", "Mill Lane", "Banksia Avenue", "Station Street", "Quay View", "Chapel Lane",
    "Bridge Road", "Orchard Grove", "Lighthouse Parade", "Market Row", "Fern Crescent", "River Walk", "Elm Close",
)  # fmt: skip
COMPLAINTS = (
    "Sleeping better since the last visit, stairs still sharp.",
    "Pain eases within a minute of rest, worse at the end of the day.",
    "Did the exercises five days of seven, no flare-up.",
    "Stiff for half an hour in the morning, loosens with a walk.",
    "Back at work on light duties, sitting is the hardest part.",
    "Swelling down, confidence on uneven ground growing.",
    "Kept a diary this week, two difficult evenings, the rest calm.",
    "Less numbness in the fingers, grip still weak.",
)
FINDINGS = (
    "Flexion 150°, abduction 120°. Painful arc 90–110°.",
    "Single-leg stance 18 s left, 25 s right. Gait even.",
    "Straight-leg raise 70° both sides, no neural tension.",
    "Tender over the lateral joint line, ligaments stable.",
    "Strength 4+/5 in external rotation, 5/5 elsewhere.",
    "Ankle dorsiflexion lunge 8 cm left, 10 cm right.",
)
PLANS = (
    "Progress to banded work, 3 × 12, every second day. Review in two weeks.",
    "Keep the walking plan, add one hill. Review in ten days.",
    "Continue as before, call if the swelling returns.",
    "Start the return-to-run plan at level one.",
    "Home breathing practice morning and evening, review next week.",
    "Taping for sport only, stretch calves daily.",
)
ALERTS = (
    ("allergy", "severe", "Latex allergy. Ask before taping."),
    ("allergy", "care", "Reacts to adhesive dressings."),
    ("condition", "care", "Pacemaker. No electrotherapy."),
    ("risk", "care", "Falls risk. Walk beside."),
    ("access", "info", "Uses a wheelchair, room 1 has the wide door."),
    ("access", "info", "Hard of hearing, face them when speaking."),
    ("condition", "severe", "Anticoagulants. No manipulation."),
)
