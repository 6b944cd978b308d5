package dpkg

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// state is how far the installation of a package has come: the third word of
// Status (dpkg(1), "PACKAGE STATES").
type state string

// The states.
const (
	notInstalled    state = "not-installed"
	configFiles     state = "config-files"
	halfInstalled   state = "half-installed"
	unpacked        state = "unpacked"
	halfConfigured  state = "half-configured"
	triggersAwaited state = "triggers-awaited"
	triggersPending state = "triggers-pending"
	installed       state = "installed"
)

// The words of Status, as dpkg knows them.
var (
	wants  = []string{"unknown", "install", "hold", "deinstall", "purge"}
	flags  = []string{"ok", "reinstreq"}
	states = []string{
		string(notInstalled), string(configFiles), string(halfInstalled), string(unpacked),
		string(halfConfigured), string(triggersAwaited), string(triggersPending), string(installed),
	}
)

// onDisk says whether files of the package other than configuration may exist.
func (s state) onDisk() bool { return s != notInstalled && s != configFiles }

// status is the Status field.
type status struct {
	state     state
	held      bool // the administrator wants this version to stay
	reinstall bool // dpkg wants the package to be installed again
}

// parseStatus reads the three words of Status, in any case, as dpkg does.
func parseStatus(field []byte) (status, error) {
	var words [3][]byte
	n := 0
	for w := range bytes.FieldsSeq(field) {
		if n < len(words) {
			words[n] = w
		}
		n++
	}
	if n != len(words) {
		return status{}, fmt.Errorf("the Status field has %d words, not %d", n, len(words))
	}
	want, err1 := word("want", wants, words[0])
	flag, err2 := word("flag", flags, words[1])
	st, err3 := word("state", states, words[2])
	return status{
		state:     state(st),
		held:      want == "hold",
		reinstall: flag == "reinstreq",
	}, errors.Join(err1, err2, err3)
}

// word finds a word of Status among those it can be.
func word(what string, known []string, w []byte) (string, error) {
	i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, string(w)) })
	if i < 0 {
		return "", fmt.Errorf("the Status field has an unknown %s, %.40q", what, w)
	}
	return known[i], nil
}
