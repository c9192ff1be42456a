import JSON

/// Why the text is refused; nil when it is one JSON value.
func refusal(of text: [UInt8], depthMax: Int = 16) -> JSONError? {
    do throws(JSONError) {
        var scanner = JSONScanner(text.span, depthMax: depthMax)
        try scanner.skipValue()
        try scanner.finish()
        return nil
    } catch {
        return error
    }
}

func refusal(of text: String, depthMax: Int = 16) -> JSONError? {
    refusal(of: Array(text.utf8), depthMax: depthMax)
}

/// The tree that the text is, read by the calls for each kind of value rather than by `skipValue`.
func tree(_ text: [UInt8]) -> Result<JSONValue, JSONError> {
    Result { () throws(JSONError) in try JSONValue(parsing: text.span) }
}

/// The text's only value as a number.
func number(_ text: String) throws(JSONError) -> JSONNumber {
    let bytes = Array(text.utf8)
    var scanner = JSONScanner(bytes.span)
    let number = try scanner.number()
    try scanner.finish()
    return number
}

/// The value, in UTF-8, of the text's only value, a string.
func string(_ text: [UInt8]) throws(JSONError) -> [UInt8] {
    var scanner = JSONScanner(text.span)
    let string = try scanner.string()
    try scanner.finish()
    return scanner.unescaped(string)
}
