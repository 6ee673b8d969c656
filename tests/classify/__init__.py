"""How well data categories are told from names: public schemas, labelled, and the measure."""
