package hastore

// object is an instance read from a Java object stream: what its class and its
// superclasses have written, in the order of the stream.
type object struct {
	class  string
	fields []field
	// extra is what the classes wrote by methods of their own, beside fields.
	extra []any
}

// field is one member: a bool, an int64 (of any width), a float64, a string, an
// *object, an array or nil. A string that is there is never nil.
type field struct {
	name  string
	value any
}

// array holds values as field does; bytes are kept as a []byte in one value.
type array struct{ values []any }

// blockData is what was written as plain bytes between objects.
type blockData []byte

// lookup returns the value of the first field of that name, nil if none.
func (o *object) lookup(name string) any {
	for _, f := range o.fields {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

// find returns the first instance of a class in a value, looking into fields and
// arrays in the order of the stream, or nil. References may go in circles, so
// each instance is looked at once.
func find(value any, class string) *object {
	return search(value, class, map[*object]bool{}, map[*array]bool{})
}

func search(value any, class string, objects map[*object]bool, arrays map[*array]bool) *object {
	switch v := value.(type) {
	case *object:
		if v == nil || objects[v] {
			return nil
		}
		objects[v] = true
		if v.class == class {
			return v
		}
		for _, f := range v.fields {
			if found := search(f.value, class, objects, arrays); found != nil {
				return found
			}
		}
		for _, x := range v.extra {
			if found := search(x, class, objects, arrays); found != nil {
				return found
			}
		}
	case *array:
		if arrays[v] {
			return nil
		}
		arrays[v] = true
		for _, x := range v.values {
			if found := search(x, class, objects, arrays); found != nil {
				return found
			}
		}
	}
	return nil
}
