internal import Bytes
internal import JSON

/// Tables as JSON, in the forms that MLflow and the platforms of clouds send. Each row becomes the
/// object that `/predict` takes; its values pass as they were written.
package enum Dataframe: Sendable {
    /// One of `dataframe_split`, `dataframe_records`, `instances` and `inputs`, and maybe `params`.
    case mlflow
    /// `input_data`, in the form of `dataframe_split` or as records.
    case azure
    /// `instances`, and maybe `parameters`.
    case vertex

    /// The names of all columns together, with their quotes.
    package static let nameBytesMax = 16_384

    /// The members that hold rows, as an error names them.
    private var rowMembers: [StaticString] {
        switch self {
        case .mlflow: ["dataframe_split", "dataframe_records", "instances", "inputs"]
        case .azure: ["input_data"]
        case .vertex: ["instances"]
        }
    }

    /// The members that are taken and mean nothing here.
    private var ignoredMembers: [StaticString] {
        switch self {
        case .mlflow, .azure: ["params"]
        case .vertex: ["parameters"]
        }
    }

    package func read(
        _ body: Span<UInt8>, rowsMax: Int
    ) throws(RecordFormatError) -> RecordTexts {
        let parts = try JSONPieces(body)
        guard parts.isObject(parts.whole) else { throw wrongMembers }
        var rows: (name: Range<Int>, value: Range<Int>)?
        for member in parts.members(of: parts.whole) {
            if rowMembers.contains(where: { parts.isName(member.name, $0) }) {
                guard rows == nil else { throw wrongMembers }
                rows = member
            } else if !ignoredMembers.contains(where: { parts.isName(member.name, $0) }) {
                throw wrongMembers
            }
        }
        guard let rows else { throw wrongMembers }
        var texts = RecordTexts(rowsMax: rowsMax)
        let isSplit =
            parts.isName(rows.name, "dataframe_split") || parts.isName(rows.name, "input_data")
        if isSplit, parts.isObject(rows.value) {
            try Dataframe.takeSplit(parts.members(of: rows.value), parts, into: &texts)
        } else if parts.isName(rows.name, "inputs"), parts.isObject(rows.value) {
            try Dataframe.takeColumns(parts.members(of: rows.value), parts, into: &texts)
        } else if parts.isArray(rows.value), !parts.isName(rows.name, "dataframe_split") {
            for row in parts.elements(of: rows.value) {
                try texts.append(copying: parts.bytes(of: row))
            }
        } else {
            throw wrongMembers
        }
        return texts
    }

    private var wrongMembers: RecordFormatError {
        let names = rowMembers.map { "\($0)" }.joined(separator: ", ")
        return .malformed(
            detail: rowMembers.count == 1
                ? "The body must be an object whose member \(names) holds the rows"
                : "The body must be an object with one of \(names), which holds the rows")
    }

    /// Each row's text has all names: one long name and many short rows would take hundreds of
    /// times the memory of the body.
    private static func checkNames(_ names: [Range<Int>]) throws(RecordFormatError) {
        let count = names.reduce(0) { $0 + $1.count }
        guard count > nameBytesMax else { return }
        throw .malformed(
            detail: "The names of the columns have \(count) bytes, expected \(nameBytesMax) at most"
        )
    }

    /// `columns`, and rows of cells in `data`; `index` is ignored.
    private static func takeSplit(
        _ members: [(name: Range<Int>, value: Range<Int>)], _ parts: borrowing JSONPieces,
        into texts: inout RecordTexts
    ) throws(RecordFormatError) {
        var columns: [Range<Int>]?
        var data: [Range<Int>] = []
        for member in members {
            let isArray = parts.isArray(member.value)
            if parts.isName(member.name, "columns"), isArray {
                columns = parts.elements(of: member.value)
            } else if parts.isName(member.name, "data"), isArray {
                data = parts.elements(of: member.value)
            } else if !parts.isName(member.name, "index") {
                throw .malformed(detail: "A table must have columns and data, each an array")
            }
        }
        guard let columns, columns.allSatisfy({ parts.isString($0) }) else {
            throw .malformed(detail: "columns must be an array of names")
        }
        try checkNames(columns)
        for (place, row) in data.enumerated() {
            let cells = parts.isArray(row) ? parts.elements(of: row) : []
            guard cells.count == columns.count else {
                throw .malformed(
                    detail: "Row \(place), counted from 0, has \(cells.count) cells, expected "
                        + "\(columns.count)")
            }
            try texts.append { json in
                json.beginObject()
                for (name, cell) in zip(columns, cells) {
                    json.rawName(parts.bytes(of: name))
                    json.raw(parts.bytes(of: cell))
                }
                json.endObject()
            }
        }
    }

    /// An object of columns, each an array of values.
    private static func takeColumns(
        _ members: [(name: Range<Int>, value: Range<Int>)], _ parts: borrowing JSONPieces,
        into texts: inout RecordTexts
    ) throws(RecordFormatError) {
        var columns: [(name: Range<Int>, cells: [Range<Int>])] = []
        for member in members {
            guard parts.isArray(member.value) else {
                throw .malformed(detail: "inputs must hold an array of values for each column")
            }
            columns.append((member.name, parts.elements(of: member.value)))
            guard columns[0].cells.count == columns.last?.cells.count else {
                throw .malformed(
                    detail: "The columns of inputs have \(columns[0].cells.count) and "
                        + "\(columns.last?.cells.count ?? 0) values, expected as many each")
            }
        }
        try checkNames(columns.map(\.name))
        for row in 0..<(columns.first?.cells.count ?? 0) {
            try texts.append { json in
                json.beginObject()
                for column in columns {
                    json.rawName(parts.bytes(of: column.name))
                    json.raw(parts.bytes(of: column.cells[row]))
                }
                json.endObject()
            }
        }
    }
}
