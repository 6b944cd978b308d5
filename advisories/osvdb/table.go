package osvdb

import "errors"

var (
	errChecksum = errors.New("checksum differs")
	errTree     = errors.New("a block is not the one its index names")
)

// table is one sorted table of a file.
type table struct {
	store   *store
	section section
	root    root
}

// leaf gives the leaf that holds the first key not below the wanted one. Where
// there is no such key, ok is false.
func (t *table) leaf(want []byte) (leaf block, ok bool, err error) {
	b, err := t.store.block(t.section, t.root.Top)
	if err != nil {
		return block{}, false, err
	}
	for range t.root.Height {
		i := b.search(want)
		if i == b.len() {
			return block{}, false, nil
		}
		key, value := b.entry(i)
		below, ok := parseRef(value)
		if !ok {
			return block{}, false, t.store.corrupt(t.section, t.root.Top, errMalformed)
		}
		if b, err = t.store.block(t.section, below); err != nil {
			return block{}, false, err
		}
		if last, ok := b.last(); !ok || last != key {
			return block{}, false, t.store.corrupt(t.section, below, errTree)
		}
	}
	last, ok := b.last()
	return b, ok && last >= string(want), nil
}

// get gives the value of a key.
func (t *table) get(key string) (value string, ok bool, err error) {
	it := iterator{table: t}
	if err := it.seek([]byte(key)); err != nil || !it.valid() {
		return "", false, err
	}
	found, value := it.entry()
	return value, found == key, nil
}

// iterator walks a table's entries in order. It keeps the leaf it stands in,
// so that rising keys are found without a new descent from the top. It is for
// one goroutine.
type iterator struct {
	table *table
	leaf  block
	i     int
	// from and last bound the keys that the leaf answers for: no other leaf
	// has a key between them.
	from []byte
	last string
}

// seek goes to the first entry whose key is not below the wanted one.
func (it *iterator) seek(want []byte) error {
	if it.leaf.len() == 0 || string(want) < string(it.from) || string(want) > it.last {
		leaf, ok, err := it.table.leaf(want)
		if err != nil {
			return err
		}
		if !ok {
			leaf = block{}
		}
		it.leaf = leaf
		it.last, _ = leaf.last()
		it.from = append(it.from[:0], want...)
	}
	it.i = it.leaf.search(want)
	return nil
}

// next goes to the following entry.
func (it *iterator) next() error {
	if it.i++; it.i < it.leaf.len() {
		return nil
	}
	return it.seek(append([]byte(it.last), 0)) // the lowest key above the last
}

// valid says whether the iterator stands at an entry.
func (it *iterator) valid() bool { return it.i < it.leaf.len() }

// entry gives the entry it stands at; valid must hold. Both share the memory
// of the leaf.
func (it *iterator) entry() (key, value string) { return it.leaf.entry(it.i) }
