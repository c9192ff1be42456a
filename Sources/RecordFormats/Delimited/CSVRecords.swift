internal import Bytes
package import Features
internal import JSON
internal import Tables

/// Records as a table (RFC 4180): a line of names, then one in each line. A blank cell is a field
/// that the record does not have.
package struct CSVRecords {
    /// What a column is for.
    private struct NamedColumn {
        let name: String
        /// A number is written as it is, and anything else as a string, which is then refused.
        let isNumber: Bool
    }

    /// The columns that a table may have, in the schema's order.
    private let columns: [NamedColumn]
    private let identifierName: String?

    package init(_ schema: Schema) {
        var columns = schema.fields.map { field in
            let isNumber =
                switch field.kind {
                case .category: false
                case .integer, .number: true
                }
            return NamedColumn(name: field.name, isNumber: isNumber)
        }
        if let identifier = schema.identifier {
            columns.insert(
                NamedColumn(name: identifier.name, isNumber: false), at: identifier.position)
        }
        self.columns = columns
        identifierName = schema.identifier?.name
    }

    /// Reads a table. A row with another number of cells than the line of names is a fault in its
    /// place; quotes that are not as RFC 4180 wants them leave no rows after them, so they are an
    /// error.
    package func read(
        _ body: Span<UInt8>, rowsMax: Int
    ) throws(RecordFormatError) -> RecordTexts {
        var reader = CSVReader()
        var offset = 0
        var texts = RecordTexts(rowsMax: rowsMax)
        guard try next(&reader, body, &offset) else { throw .noRows }
        let order = try order(of: reader.record)
        while try next(&reader, body, &offset) {
            guard reader.record.count == order.count else {
                try texts.append(
                    .cellCount(found: reader.record.count, wanted: order.count))
                continue
            }
            let record = reader.record
            try texts.append { json in write(record, order, to: &json) }
        }
        return texts
    }

    private func next(
        _ reader: inout CSVReader, _ body: Span<UInt8>, _ offset: inout Int
    ) throws(RecordFormatError) -> Bool {
        do throws(CSVError) {
            if try reader.next(in: body, from: &offset) { return true }
            return try reader.finish()
        } catch {
            throw .malformed(detail: "Line \(error.line) of the table: \(error.explanation)")
        }
    }

    /// The column of each cell, by the line of names.
    private func order(of names: CSVRecord) throws(RecordFormatError) -> [NamedColumn] {
        var order: [NamedColumn] = []
        var found: Set<String> = []
        var unknownCount = 0
        for index in 0..<names.count {
            let name = String(decoding: Array(copying: names[index]), as: UTF8.self)
            guard let column = columns.first(where: { $0.name == name }) else {
                unknownCount += 1
                continue
            }
            guard found.insert(name).inserted else {
                throw .malformed(detail: "The line of names has \(name) twice")
            }
            order.append(column)
        }
        let missing = columns.map(\.name).filter { !found.contains($0) && $0 != identifierName }
        guard unknownCount == 0, missing.isEmpty else {
            // Names that are not the schema's may be a customer's values, and are not repeated.
            var wrong: [String] = []
            if unknownCount > 0 {
                let names = unknownCount == 1 ? "name" : "names"
                wrong.append("\(unknownCount) \(names) that the model does not have")
            }
            if !missing.isEmpty { wrong.append("not \(missing.joined(separator: ", "))") }
            throw .malformed(detail: "The line of names has \(wrong.joined(separator: ", and "))")
        }
        return order
    }

    private func write(_ record: CSVRecord, _ order: [NamedColumn], to json: inout JSONWriter) {
        json.beginObject()
        for index in order.indices where !record[index].isEmpty {
            json.name(order[index].name)
            if order[index].isNumber, NumberGrammar.isNumber(record[index]) {
                json.raw(record[index])
            } else {
                json.string(record[index])
            }
        }
        json.endObject()
    }
}

/// The grammar of numbers (RFC 8259 §6).
enum NumberGrammar {
    static func isNumber(_ text: Span<UInt8>) -> Bool {
        var index = 0
        if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
        let whole = digits(text, &index)
        guard whole > 0, whole == 1 || text[index - whole] != UInt8(ascii: "0") else {
            return false
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            guard digits(text, &index) > 0 else { return false }
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < text.count,
                text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
            {
                index += 1
            }
            guard digits(text, &index) > 0 else { return false }
        }
        return index == text.count
    }

    private static func digits(_ text: Span<UInt8>, _ index: inout Int) -> Int {
        let start = index
        while index < text.count, ASCII.isDigit(text[index]) { index += 1 }
        return index - start
    }
}
