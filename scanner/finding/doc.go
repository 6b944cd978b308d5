// Package finding holds the wire types of a report: what a machine lacks, what
// could not be assessed, and what to upgrade. It holds no logic beyond reading
// and writing them, and imports only the inventory's types, whose host and
// coverage a report repeats.
//
// The JSON form is the product; every other format is a view of it. Within one
// major [SchemaVersion] fields are only ever added, arrays are never null and
// times are RFC 3339 in UTC. [Schema] is the JSON Schema of the form; a
// published schema file never changes.
package finding
