package apt

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/keeppatched/keeppatched/inventory/internal/deb822"
)

// never is the priority that keeps an archive out whatever else is said. The
// priorities are 16 bits wide in apt.
const never = math.MinInt16

// maxPins is how many pins are read from one machine.
const maxPins = 10_000

// preferences reads apt_preferences(5). The first pin that fits counts.
func (c *collection) preferences() []pin {
	var pins []pin
	for _, name := range append([]string{configDir + "/preferences"}, c.parts(configDir+"/preferences.d", "", ".pref")...) {
		data, ok := c.configFile(name)
		if !ok {
			continue
		}
		found, faults := parsePreferences(data)
		for _, f := range faults {
			c.problem(name, f.record, f.err)
		}
		pins = append(pins, found...)
	}
	if len(pins) > maxPins {
		c.problem(configDir, "", fmt.Errorf("more than %d pins, the rest is left out", maxPins))
		pins = pins[:maxPins]
	}
	return pins
}

// parsePreferences reads one file of preferences.
func parsePreferences(data []byte) (pins []pin, faults []fault) {
	r := deb822.NewReader(bytes.NewReader(data), "Package", "Pin", "Pin-Priority")
	r.Comments = true
	for r.Next() {
		s := r.Stanza()
		for _, f := range s.Faults {
			faults = append(faults, fault{fmt.Sprintf("line %d", f.Line), f.Err})
		}
		found, err := parseRecord(string(s.Get("Package")), string(s.Get("Pin")), string(s.Get("Pin-Priority")))
		if err != nil {
			faults = append(faults, fault{fmt.Sprintf("line %d", s.Line), err})
		}
		pins = append(pins, found...)
	}
	if err := r.Err(); err != nil {
		faults = append(faults, fault{"", err})
	}
	return pins, faults
}

// parseRecord reads one record: a pin for each of the packages it names.
func parseRecord(packages, spec, priority string) ([]pin, error) {
	names := strings.Fields(packages)
	if len(names) == 0 {
		return nil, errors.New("a pin needs a Package")
	}
	if spec == "" {
		return nil, nil // as apt has it
	}
	p, err := parsePin(spec)
	if err != nil {
		return nil, err
	}
	general := slices.Equal(names, []string{"*"})
	if p.priority, err = parsePriority(priority, general); err != nil {
		return nil, err
	}
	if general {
		if p.version != nil {
			return nil, errors.New("a pin of all packages cannot name a version")
		}
		return []pin{p}, nil
	}
	var pins []pin
	var errs []error
	for _, name := range names {
		one := p
		if one.names, err = parseNames(name); err != nil {
			errs = append(errs, err)
			continue
		}
		pins = append(pins, one)
	}
	return pins, errors.Join(errs...)
}

func parsePriority(text string, general bool) (int, error) {
	if text == "never" {
		if !general {
			return 0, errors.New("the priority never is for Package: * alone")
		}
		return never, nil
	}
	n, err := strconv.ParseInt(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("Pin-Priority: %w", err)
	}
	if n == 0 {
		return 0, errors.New("a Pin-Priority of zero says nothing")
	}
	return int(max(n, never+1)), nil
}

// parsePin reads the Pin field, without its priority and packages.
func parsePin(spec string) (pin, error) {
	kind, data, _ := strings.Cut(spec, " ")
	data = strings.TrimSpace(data)
	var p pin
	var err error
	switch strings.ToLower(kind) {
	case "version":
		p.version, err = parseVersionPattern(data)
	case "origin":
		p.origin = true
		p.site, err = parsePattern(strings.TrimSuffix(strings.TrimPrefix(data, `"`), `"`))
	case "release":
		err = p.release(data)
	default:
		err = fmt.Errorf("%q is not a kind of pin", kind)
	}
	return p, err
}

// release reads what a "release" pin compares: "*", a suite, codename or
// version alone, or a list of a=suite, n=codename, o=origin, l=label,
// v=version, c=component and b=architecture.
func (p *pin) release(data string) error {
	var err error
	switch {
	case data == "":
		return errors.New("a release pin without a release")
	case data == "*":
		p.all = true
		return nil
	case !strings.Contains(data, "=") && '0' <= data[0] && data[0] <= '9':
		p.releaseVersion, err = parseVersionPattern(data)
		return err
	case !strings.Contains(data, "="):
		p.suiteOrCodename, err = parsePattern(data)
		return err
	}
	known := 0
	for part := range strings.SplitSeq(data, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		field := map[string]**pattern{
			"a": &p.suite, "n": &p.codename, "o": &p.originName, "l": &p.label,
			"c": &p.component, "b": &p.arch,
		}[strings.ToLower(key)]
		switch {
		case value == "":
			continue
		case field != nil:
			*field, err = parsePattern(value)
		case strings.EqualFold(key, "v"):
			p.releaseVersion, err = parseVersionPattern(value)
		default:
			continue
		}
		if err != nil {
			return err
		}
		known++
	}
	if known == 0 {
		return fmt.Errorf("nothing is known of the release %q", data)
	}
	return nil
}
