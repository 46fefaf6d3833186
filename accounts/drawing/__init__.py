"""Templates in Django's own language, drawn by functions made of them once, at a quarter of the cost.

Drawing is most of what a page costs. Django walks a template's nodes anew for each page: it tries three ways and makes
as many exceptions for a name that is missing, translates each word, resolves the address of each static file, finds the
blocks of a parent by walking through all of it. Here all that can be known as a template is loaded is done then:

- `names`   how names, filters and conditions are looked up
- `making`  how functions are made of lists of nodes, and what never changes becomes one text
- `nodes`, `loops`, `templates`   how each kind of node is drawn; a kind that isn't known draws itself, as Django wrote it
- `loader`  loads templates, and puts parents and children together

What is drawn is the same to the byte; tests draw every page both ways and compare.
"""
