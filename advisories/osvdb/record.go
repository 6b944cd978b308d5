package osvdb

import (
	"cmp"
	"encoding/binary"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
)

// appendHead writes what findings need of a record: all but details, credits
// and affected.
//
//	head = schema version, id, modified, published, withdrawn, aliases, upstream,
//	       related, summary, severities, references, database_specific
//
// A list is a uvarint count and its members, a text a uvarint length and its
// bytes, JSON a text, an instant as appendTime says.
func appendHead(b []byte, a *advisories.Advisory) []byte {
	b = appendString(b, a.SchemaVersion)
	b = appendString(b, a.ID)
	b = appendTime(b, a.Modified)
	b = appendTime(b, a.Published)
	b = appendTime(b, a.Withdrawn)
	b = appendStrings(b, a.Aliases)
	b = appendStrings(b, a.Upstream)
	b = appendStrings(b, a.Related)
	b = appendString(b, a.Summary)
	b = appendSeverities(b, a.Severity)
	b = binary.AppendUvarint(b, uint64(len(a.References)))
	for _, r := range a.References {
		b = appendString(appendString(b, r.Type), r.URL)
	}
	return appendString(b, string(a.DatabaseSpecific))
}

// decodeHead reads what appendHead wrote. The advisory shares s's memory.
func decodeHead(s string) (*advisories.Advisory, error) {
	c := cursor{rest: s}
	a := &advisories.Advisory{
		SchemaVersion: c.string(),
		ID:            c.string(),
		Modified:      c.time(),
		Published:     c.time(),
		Withdrawn:     c.time(),
		Aliases:       c.strings(nil),
		Upstream:      c.strings(nil),
		Related:       c.strings(nil),
		Summary:       c.string(),
		Severity:      c.severities(nil),
	}
	a.References = resize(a.References, c.count())
	for i := range a.References {
		a.References[i] = advisories.Reference{Type: c.string(), URL: c.string()}
	}
	a.DatabaseSpecific = append(a.DatabaseSpecific, c.string()...)
	return a, c.close()
}

// appendAffected writes the entries that a record has for one package.
//
//	value    = withdrawn, affected entries
//	affected = name, empty where it is the key's; purl; severities; ranges;
//	           versions; ecosystem_specific; database_specific
//	range    = type, repo, events
//	event    = a byte of which texts follow: 1 introduced, 2 fixed,
//	           4 last_affected, 8 limit; the texts
func appendAffected(b []byte, name string, withdrawn time.Time, list []advisories.Affected) []byte {
	b = appendTime(b, withdrawn)
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, a := range list {
		if a.Package.Name == name {
			b = appendString(b, "")
		} else {
			b = appendString(b, a.Package.Name)
		}
		b = appendString(b, a.Package.PURL)
		b = appendSeverities(b, a.Severity)
		b = binary.AppendUvarint(b, uint64(len(a.Ranges)))
		for _, r := range a.Ranges {
			b = appendRange(b, r)
		}
		b = appendStrings(b, a.Versions)
		b = appendString(b, string(a.EcosystemSpecific))
		b = appendString(b, string(a.DatabaseSpecific))
	}
	return b
}

func appendRange(b []byte, r advisories.Range) []byte {
	b = appendString(appendString(b, string(r.Type)), r.Repo)
	b = binary.AppendUvarint(b, uint64(len(r.Events)))
	for _, e := range r.Events {
		texts := [...]string{e.Introduced, e.Fixed, e.LastAffected, e.Limit}
		mask := len(b)
		b = append(b, 0)
		for bit, s := range texts {
			if s != "" {
				b[mask] |= 1 << bit
				b = appendString(b, s)
			}
		}
	}
	return b
}

// decodeAffected reads what appendAffected wrote into the Withdrawn and Affected
// of an advisory, whose slices are used again. It then shares s's memory.
func decodeAffected(a *advisories.Advisory, s, ecosystem, name string) error {
	c := cursor{rest: s}
	a.Withdrawn = c.time()
	a.Affected = resize(a.Affected, c.count())
	for i := range a.Affected {
		e := &a.Affected[i]
		e.Package = advisories.Package{Ecosystem: ecosystem, Name: cmp.Or(c.string(), name), PURL: c.string()}
		e.Severity = c.severities(e.Severity)
		e.Ranges = c.ranges(e.Ranges)
		e.Versions = c.strings(e.Versions)
		e.EcosystemSpecific = append(e.EcosystemSpecific[:0], c.string()...)
		e.DatabaseSpecific = append(e.DatabaseSpecific[:0], c.string()...)
	}
	return c.close()
}

func (c *cursor) ranges(list []advisories.Range) []advisories.Range {
	list = resize(list, c.count())
	for i := range list {
		r := &list[i]
		r.Type, r.Repo = advisories.RangeType(c.string()), c.string()
		r.Events = c.events(r.Events)
	}
	return list
}

func (c *cursor) events(list []advisories.Event) []advisories.Event {
	list = resize(list, c.count())
	for i := range list {
		mask := c.byte()
		var texts [4]string
		for bit := range texts {
			if mask&(1<<bit) != 0 {
				texts[bit] = c.string()
			}
		}
		list[i] = advisories.Event{Introduced: texts[0], Fixed: texts[1], LastAffected: texts[2], Limit: texts[3]}
	}
	return list
}

func appendSeverities(b []byte, list []advisories.Severity) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(appendString(b, s.Type), s.Score)
	}
	return b
}

func (c *cursor) severities(list []advisories.Severity) []advisories.Severity {
	list = resize(list, c.count())
	for i := range list {
		list[i] = advisories.Severity{Type: c.string(), Score: c.string()}
	}
	return list
}

// appendEcosystem writes the value of the ecosystems table.
func appendEcosystem(b []byte, e Ecosystem) []byte {
	return appendTime(binary.AppendUvarint(b, uint64(e.Records)), e.Newest)
}

func decodeEcosystem(name, s string) (Ecosystem, error) {
	c := cursor{rest: s}
	e := Ecosystem{Name: name, Records: int(c.uvarint()), Newest: c.time()}
	return e, c.close()
}
