internal import JSON

/// A value of a schema document and where it stands, read by what is wanted of it.
struct SchemaNode {
    let value: JSONValue
    let pointer: JSONPointer

    func error(_ problem: SchemaProblem) -> SchemaError { SchemaError(problem, at: pointer) }

    /// The members of an object, in the document's order.
    func members() throws(SchemaError) -> [(name: String, node: SchemaNode)] {
        guard let object = value.asObject else { throw error(.wrongKind(wanted: .object)) }
        return object.members.map { member in
            (member.name, SchemaNode(value: member.value, pointer: pointer.appending(member.name)))
        }
    }

    /// The members of an object that must hold something, at most `limit`.
    func members(atMost limit: Int) throws(SchemaError) -> [(name: String, node: SchemaNode)] {
        let members = try members()
        if members.isEmpty { throw error(.empty) }
        if members.count > limit { throw error(.tooMany(limit: limit)) }
        return members
    }

    /// The elements of an array.
    func elements() throws(SchemaError) -> [SchemaNode] {
        guard let array = value.asArray else { throw error(.wrongKind(wanted: .array)) }
        return array.enumerated().map { index, element in
            SchemaNode(value: element, pointer: pointer.appending(index))
        }
    }

    /// The elements of an array that must hold something, at most `limit`.
    func elements(atMost limit: Int) throws(SchemaError) -> [SchemaNode] {
        let elements = try elements()
        if elements.isEmpty { throw error(.empty) }
        if elements.count > limit { throw error(.tooMany(limit: limit)) }
        return elements
    }

    /// The member a keyword names, or nil.
    func member(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaNode? {
        try member(keyword.rawValue)
    }

    /// The member of this name, or nil.
    func member(_ name: String) throws(SchemaError) -> SchemaNode? {
        guard let object = value.asObject else { throw error(.wrongKind(wanted: .object)) }
        guard let value = object[name] else { return nil }
        return SchemaNode(value: value, pointer: pointer.appending(name))
    }

    /// The member a keyword names, which must be there.
    func required(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaNode {
        guard let node = try member(keyword) else {
            throw SchemaError(.missing, at: pointer.appending(keyword.rawValue))
        }
        return node
    }

    /// Notes members that are not in `keywords`. Throws where there can be none.
    func refuse(
        allBut keywords: Set<SchemaKeyword>, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) {
        for (name, node) in try members() {
            guard let keyword = SchemaKeyword(rawValue: name) else {
                mistakes.note(node.error(.unknownKeyword))
                continue
            }
            if !keywords.contains(keyword) { mistakes.note(node.error(.inapplicableKeyword)) }
        }
    }

    func string() throws(SchemaError) -> String {
        guard let text = value.asString else { throw error(.wrongKind(wanted: .string)) }
        return text
    }

    func number() throws(SchemaError) -> Double {
        guard let number = value.asNumber else { throw error(.wrongKind(wanted: .number)) }
        return number
    }

    func boolean() throws(SchemaError) -> Bool {
        guard let value = value.asBool else { throw error(.wrongKind(wanted: .boolean)) }
        return value
    }

    /// A title or a description: any text up to the limit.
    func prose() throws(SchemaError) -> String {
        let text = try string()
        let bytesMax = SchemaLimits.textBytesMax
        if text.utf8.count > bytesMax { throw error(.tooLong(bytesMax: bytesMax)) }
        return text
    }

    /// A value of a category: 1..`bytesMax` bytes without control characters.
    func label(bytesMax: Int = SchemaLimits.valueBytesMax) throws(SchemaError) -> String {
        let text = try string()
        try check(text, bytesMax: bytesMax)
        return text
    }

    /// A name of a field, a column or a feature: no `=` in it, for that joins a name and a value in
    /// the name of a model's column.
    func name() throws(SchemaError) -> String {
        let text = try string()
        try checkName(text)
        return text
    }

    func checkName(_ text: String) throws(SchemaError) {
        try check(text, bytesMax: SchemaLimits.nameBytesMax)
        if text.utf8.contains(UInt8(ascii: "=")) { throw error(.forbiddenCharacter) }
    }

    func check(_ text: String, bytesMax: Int) throws(SchemaError) {
        if text.isEmpty { throw error(.empty) }
        if text.utf8.count > bytesMax { throw error(.tooLong(bytesMax: bytesMax)) }
        if ControlCharacters.occur(in: text.utf8.span) { throw error(.forbiddenCharacter) }
    }

    /// A number that may be a bound of a field.
    func bound(integral: Bool) throws(SchemaError) -> Double {
        let number = try number()
        let limit = SchemaLimits.boundMagnitudeMax
        guard abs(number) <= limit else {
            throw error(.outOfRange(minimum: -limit, maximum: limit))
        }
        if integral && number != number.rounded() { throw error(.notIntegral) }
        // Minus zero is zero: adding zero to it gives the other.
        return number + 0
    }

    /// The texts of a reason, where the value has them.
    func reason(_ mistakes: inout SchemaMistakes) throws(SchemaError) -> ReasonTexts? {
        guard let node = try member(.reason) else { return nil }
        try node.refuse(allBut: SchemaKeyword.reasonTexts, &mistakes)
        let bytesMax = SchemaLimits.reasonBytesMax
        return ReasonTexts(
            code: try node.required(.code).label(bytesMax: SchemaLimits.reasonCodeBytesMax),
            raises: try node.required(.raises).label(bytesMax: bytesMax),
            lowers: try node.required(.lowers).label(bytesMax: bytesMax))
    }

    /// One of these texts and no other.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type
    ) throws(SchemaError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: try string()) else {
            throw error(.unsupported(wanted: Choice.allCases.map(\.rawValue)))
        }
        return choice
    }
}
