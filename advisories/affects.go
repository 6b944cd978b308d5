package advisories

// Match is what an advisory says of one package version.
type Match struct {
	// Affected says that the version is affected.
	Affected bool
	// Withdrawn says that the record is withdrawn. Affected is then false.
	Withdrawn bool
	// Fixed is the lowest version above the query's that the record says is
	// not affected: the least upgrade that closes it. Empty: no fix is known.
	Fixed string
	// Severity is what the matching entries say, else the record. May be nil.
	Severity []Severity
	// Entries are the indices in Advisory.Affected of the entries that say so.
	Entries []int
}

// Affects evaluates one record for one package version, as the OSV schema says
// ("Evaluation", ossf.github.io/osv-schema).
func Affects(a *Advisory, q Query) (Match, error) { return Match{}, nil }
