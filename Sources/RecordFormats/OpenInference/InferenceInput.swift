internal import Bytes
internal import Features
internal import JSON

/// One input of a request: a column of the records.
struct InferenceInput {
    /// Where its elements are.
    enum Elements {
        /// In the JSON, each a value.
        case json([Range<Int>])
        /// In so many bytes of the binary section.
        case binary(byteCount: Int)
    }

    /// Of the schema's properties.
    let slot: Int
    let name: String
    let datatype: TensorDatatype
    let rowCount: Int
    let elements: Elements
}

/// The members of an input, in whatever order they come; what is wrong with them is said once its
/// name is known.
struct InferenceInputReader {
    /// How `data` is nested.
    private enum Nesting { case none, flat, rows, mixed }

    private let place: Int
    private let rowsMax: Int
    private var name: JSONString?
    private var datatype: JSONString?
    private var shape: [Int]?
    private var byteCount: Int?
    private var elements: [Range<Int>]?
    private var nesting = Nesting.none
    /// The first row of `data` that does not hold one element.
    private var unevenRow: Int?

    /// - Parameter place: among the inputs, from 0.
    init(place: Int, rowsMax: Int) {
        self.place = place
        self.rowsMax = rowsMax
    }

    /// Reads the object that begins at the scanner.
    mutating func read(
        _ scanner: inout InferenceScanner, of header: Span<UInt8>
    ) throws(RecordFormatError) {
        try scanner.beginObject(title)
        while let member = try scanner.nextName() {
            if scanner.equals(member, "name") {
                name = try scanner.string("name of \(title)")
            } else if scanner.equals(member, "datatype") {
                datatype = try scanner.string("datatype of \(title)")
            } else if scanner.equals(member, "shape") {
                try readShape(&scanner, of: header)
            } else if scanner.equals(member, "parameters") {
                try readParameters(&scanner, of: header)
            } else if scanner.equals(member, "data") {
                try readData(&scanner)
            } else {
                _ = try scanner.value()
            }
        }
    }

    /// What was read, if it is a column that the schema has.
    func finish(
        _ table: FieldTable, in header: Span<UInt8>, _ scanner: borrowing InferenceScanner
    ) throws(RecordFormatError) -> InferenceInput {
        guard let name else { throw fault("\(title) has no name") }
        let spelled = scanner.unescaped(name)
        guard let slot = table.slot(named: spelled.span) else {
            // A name that the schema does not have may be anything, so it is not repeated.
            let nearest = NearestName.of(String(decoding: spelled, as: UTF8.self), in: table.names)
            let hint = nearest.map { "; the nearest is \($0)" } ?? ""
            throw fault("\(title) has a name that is not an input of this model\(hint)")
        }
        let subject = "input \(table.names[slot])"
        let datatype = try datatype(table.slots[slot].kind, subject, scanner)
        let rowCount = try rowCount(subject)
        return InferenceInput(
            slot: slot, name: table.names[slot], datatype: datatype, rowCount: rowCount,
            elements: try elements(datatype, rowCount, subject, in: header))
    }

    private var title: String { "inputs[\(place)]" }

    private func fault(_ detail: String) -> RecordFormatError { .malformed(detail: detail) }

    private mutating func readShape(
        _ scanner: inout InferenceScanner, of header: Span<UInt8>
    ) throws(RecordFormatError) {
        try scanner.beginArray("shape of \(title)")
        var shape: [Int] = []
        while try scanner.nextElement() {
            let size = try scanner.natural("a size in the shape of \(title)", in: header)
            // A third is enough to refuse it.
            if shape.count < 3 { shape.append(size) }
        }
        self.shape = shape
    }

    private mutating func readParameters(
        _ scanner: inout InferenceScanner, of header: Span<UInt8>
    ) throws(RecordFormatError) {
        if try scanner.isAbsent() { return }
        try scanner.beginObject("parameters of \(title)")
        while let member = try scanner.nextName() {
            if scanner.equals(member, "binary_data_size") {
                byteCount = try scanner.natural("binary_data_size of \(title)", in: header)
            } else if scanner.equals(member, "shared_memory_region") {
                throw fault("\(title) is in shared memory, expected data or binary data")
            } else {
                _ = try scanner.value()
            }
        }
    }

    private mutating func readData(
        _ scanner: inout InferenceScanner
    ) throws(RecordFormatError) {
        if try scanner.isAbsent() { return }
        try scanner.beginArray("data of \(title)")
        var found: [Range<Int>] = []
        while try scanner.nextElement() {
            guard found.count < rowsMax else { throw .tooManyRows(max: rowsMax) }
            if try scanner.kind() == .array {
                nesting = nesting == .none || nesting == .rows ? .rows : .mixed
                let row = found.count
                if let element = try readRow(&scanner) {
                    found.append(element)
                } else if unevenRow == nil {
                    unevenRow = row
                }
            } else {
                nesting = nesting == .none || nesting == .flat ? .flat : .mixed
                found.append(try scanner.value())
            }
        }
        elements = found
    }

    /// The one element of a row; nil where it has none, or several.
    private func readRow(
        _ scanner: inout InferenceScanner
    ) throws(RecordFormatError) -> Range<Int>? {
        try scanner.beginArray("a row of \(title)")
        var element: Range<Int>?
        var count = 0
        while try scanner.nextElement() {
            let value = try scanner.value()
            count += 1
            element = count == 1 ? value : nil
        }
        return element
    }

    private func datatype(
        _ kind: FieldTable.Kind, _ subject: String, _ scanner: borrowing InferenceScanner
    ) throws(RecordFormatError) -> TensorDatatype {
        guard let written = datatype else { throw fault("\(subject) has no datatype") }
        let wanted = TensorDatatype.wanted(kind)
        guard let datatype = TensorDatatype(rawValue: scanner.text(written)) else {
            throw fault("\(subject) has an unknown datatype, expected \(wanted)")
        }
        guard datatype.fits(kind) else {
            throw fault("\(subject) has the datatype \(datatype.rawValue), expected \(wanted)")
        }
        return datatype
    }

    private func rowCount(_ subject: String) throws(RecordFormatError) -> Int {
        guard let shape else { throw fault("\(subject) has no shape") }
        guard let count = shape.first, shape.count == 1 || (shape.count == 2 && shape[1] == 1)
        else {
            let sizes = shape.count > 2 ? "3 sizes or more" : "\(shape)"
            throw fault("\(subject) has the shape \(sizes), expected [n] or [n, 1] for n rows")
        }
        guard count > 0 else { throw .noRows }
        guard count <= rowsMax else { throw .tooManyRows(max: rowsMax) }
        return count
    }

    private func elements(
        _ datatype: TensorDatatype, _ rowCount: Int, _ subject: String, in header: Span<UInt8>
    ) throws(RecordFormatError) -> InferenceInput.Elements {
        guard let elements else {
            guard let byteCount else {
                throw fault("\(subject) has neither data nor binary_data_size")
            }
            return .binary(byteCount: byteCount)
        }
        guard byteCount == nil else {
            throw fault("\(subject) has both data and binary_data_size")
        }
        if nesting == .mixed {
            throw fault("\(subject) has data with and without rows, expected one of them")
        }
        if nesting == .rows, shape?.count == 1 {
            throw fault("\(subject) has data in rows, expected none with its shape")
        }
        if let unevenRow {
            throw fault("\(subject) has not one element in row \(unevenRow) of its data")
        }
        guard elements.count == rowCount else {
            throw fault("\(subject) has \(elements.count) elements, expected \(rowCount)")
        }
        let form = datatype.form
        for (row, element) in elements.enumerated() {
            switch form.fault(ofElement: header.extracting(element)) {
            case .kind:
                throw fault("\(subject) has an element \(row) that is not \(datatype.rawValue)")
            case .range:
                throw fault("\(subject) has an element \(row) beyond \(datatype.rawValue)")
            case nil: continue
            }
        }
        return .json(elements)
    }
}
