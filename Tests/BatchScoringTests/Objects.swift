import Bundle
import Features
import JSON
import Models

/// Customers as lines of JSON.
enum Objects {
    static func line(_ number: Int) -> String {
        let names = Rows.header.dropLast().split(separator: ",").map(String.init)
        let cells = Rows.row(number).dropLast().split(
            separator: ",", omittingEmptySubsequences: false
        ).map(String.init)
        return String(decoding: body(names: names, cells: cells), as: UTF8.self)
    }

    /// The body of the request that a row of a table would be: strings for categories, the cell's
    /// own spelling for numbers, 0 for a blank.
    static func body(names: [String], cells: [String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, cell) in zip(names, cells) {
            switch bundle.schema.fields.first(where: { $0.name == name })?.kind {
            case .category:
                writer.name(name)
                writer.string(cell)
            case .integer, .number:
                writer.name(name)
                writer.raw((cell == " " ? "0" : cell).utf8.span)
            case nil:
                guard name == bundle.schema.identifier?.name else { continue }
                writer.name(name)
                writer.string(cell)
            }
        }
        writer.endObject()
        return writer.finish()
    }
}
