package scanner

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	cvss20 "github.com/pandatix/go-cvss/20"
	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// severities lists what each advisory of a group says of its severity, every
// statement once, sorted.
func severities(hits []hit) []finding.Severity {
	list := []finding.Severity{}
	for _, h := range hits {
		authority := authority(h.advisory.ID)
		for _, s := range h.match.Severity {
			list = append(list, rate(authority, s))
		}
		if word := summaryWord(h.advisory); word != "" {
			list = append(list, finding.Severity{Authority: authority, Scale: authority, Value: word})
		}
		for _, i := range h.match.Entries {
			if word := urgency(h.advisory.Affected[i].EcosystemSpecific); word != "" {
				list = append(list, finding.Severity{Authority: authority, Scale: "urgency", Value: word})
			}
		}
	}
	slices.SortFunc(list, func(a, b finding.Severity) int {
		return cmp.Or(cmp.Compare(a.Authority, b.Authority), cmp.Compare(a.Scale, b.Scale),
			cmp.Compare(a.Value, b.Value), cmp.Compare(a.Vector, b.Vector))
	})
	return slices.Compact(list)
}

// authority is whose word a record is: the prefix of its id, or the name of
// the distribution where the prefix stands for one.
func authority(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "ALSA", "ALBA", "ALEA":
		return "AlmaLinux"
	case "DSA", "DLA", "DEBIAN":
		return "Debian"
	case "USN", "LSN", "UBUNTU":
		return "Ubuntu"
	case "RHSA", "RHBA", "RHEA":
		return "Red Hat"
	case "RLSA", "RXSA", "RLBA", "RLEA":
		return "Rocky Linux"
	}
	return prefix
}

// rate keeps a severity as it was given and adds the base score of a vector. A
// vector that does not parse keeps an empty value: it is shown, and not judged.
func rate(authority string, s advisories.Severity) finding.Severity {
	if !strings.HasPrefix(s.Type, "CVSS_") {
		return finding.Severity{Authority: authority, Scale: s.Type, Value: s.Score}
	}
	r := finding.Severity{Authority: authority, Scale: s.Type, Vector: s.Score}
	if score, ok := baseScore(s.Score); ok {
		r.Value = fmt.Sprintf("%.1f", score)
	}
	return r
}

// baseScore computes the base score of a CVSS vector of any version.
func baseScore(vector string) (float64, bool) {
	switch {
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		if v, err := cvss40.ParseVector(vector); err == nil {
			return v.Score(), true
		}
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		if v, err := cvss31.ParseVector(vector); err == nil {
			return v.BaseScore(), true
		}
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		if v, err := cvss30.ParseVector(vector); err == nil {
			return v.BaseScore(), true
		}
	default:
		if v, err := cvss20.ParseVector(vector); err == nil {
			return v.BaseScore(), true
		}
	}
	return 0, false
}

// summaryWord is the severity that AlmaLinux writes only at the start of an
// advisory's summary: "Important: nodejs:18 security update".
func summaryWord(a *advisories.Advisory) string {
	if !strings.HasPrefix(a.ID, "ALSA-") {
		return ""
	}
	word, _, ok := strings.Cut(a.Summary, ":")
	if _, known := words[strings.ToLower(word)]; !ok || !known {
		return ""
	}
	return word
}

// urgency is Debian's own word for how urgent a problem is to it.
func urgency(specific json.RawMessage) string {
	var s struct {
		Urgency string `json:"urgency"`
	}
	if len(specific) == 0 || json.Unmarshal(specific, &s) != nil {
		return "" // ecosystem_specific has no fixed form: another one says nothing here
	}
	return s.Urgency
}

// words are the words that authorities use, and the level each stands for.
var words = map[string]finding.Level{
	"critical": finding.Critical, "important": finding.High, "high": finding.High,
	"moderate": finding.Medium, "medium": finding.Medium, "low": finding.Low,
	"negligible": finding.Low, "unimportant": finding.None, "none": finding.None,
}

// level derives the one word for display: the worst that any authority says,
// CVSS by its qualitative scale (CVSS v3.1, section 5; v4.0, section 6).
func level(list []finding.Severity) (finding.Level, string) {
	best, from := finding.Unknown, ""
	for _, s := range list {
		l := levelOfSeverity(s)
		if l.Rank() > best.Rank() {
			best, from = l, strings.Join([]string{s.Authority, s.Scale, s.Value}, " ")
		}
	}
	return best, from
}

func levelOfSeverity(s finding.Severity) finding.Level {
	if s.Vector == "" {
		if l, ok := words[strings.ToLower(s.Value)]; ok {
			return l
		}
		return finding.Unknown
	}
	var score float64
	if _, err := fmt.Sscanf(s.Value, "%f", &score); err != nil {
		return finding.Unknown
	}
	switch {
	case score >= 9:
		return finding.Critical
	case score >= 7:
		return finding.High
	case score >= 4:
		return finding.Medium
	case score > 0:
		return finding.Low
	}
	return finding.None
}
