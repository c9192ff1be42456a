extension ModelError: CustomStringConvertible {
    /// One line for a log or a terminal.
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .format(let found, let wanted):
            "manifest.json: format \(Int(exactly: found).map { "\($0)" } ?? "\(found)"), "
                + "expected \(wanted)"
        case .malformed(let file, let error): "\(file.rawValue): \(error)"
        case .missing(let file, let path): "\(file.rawValue): \(path) is missing"
        case .invalid(let file, let path, let wanted):
            "\(file.rawValue): \(path): expected "
                + "\(wanted)"
        case .unsupported(let feature, let found, let wanted):
            "model.json: \(feature) \(found) is not supported, expected \(wanted)"
        case .tooMany(let file, let what, let found, let most):
            "\(file.rawValue): \(found) \(what), expected at most \(most)"
        case .treeCount(let found, let wanted):
            "model.json: \(found) trees, expected num_trees = \(wanted)"
        case .weightCount(let list, let found, let wanted):
            "model.json: \(list) has \(found) items, expected \(wanted)"
        case .weightNotFinite(let list, let index):
            "model.json: \(list)[\(index)]: beyond single precision, expected a finite number"
        case .marginNotFinite:
            "model.json: margins beyond single precision, expected finite ones for every row"
        case .treeOrder(let index, let found):
            "model.json: tree \(index): id \(found), expected \(index)"
        case .tree(let index, let fault): "model.json: tree \(index): \(fault)"
        case .digest(let file, let found, let wanted):
            "\(file.rawValue): SHA-256 \(found), expected \(wanted)"
        case .schema(let error): "manifest.json: schema: \(error)"
        case .encoding(let error): "manifest.json: encoding: \(error)"
        case .featureCount(let found, let wanted):
            "model.json: \(found) features, expected the encoding's \(wanted)"
        case .featureName(let index, let found, let wanted):
            "model.json: feature \(index) is \(found), expected the encoding's \(wanted)"
        case .goldenRowCount(let found, let least):
            "golden.jsonl: \(found) rows, expected at least \(least)"
        case .goldenRow(let row, let fault): "golden.jsonl: row \(row): \(fault)"
        }
    }
}

extension TreeFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "no nodes, expected at least one"
        case .lengths(let list, let found, let wanted):
            "\(list) has \(found) items, expected \(wanted)"
        case .child(let node, let found, let nodeCount):
            "node \(node): child \(found), expected 1 to \(nodeCount - 1), or -1 on both sides"
        case .sharedNode(let node): "node \(node): reached twice, expected one parent"
        case .parent(let node, let found):
            "node \(node): parent \(found), expected the split that leads to it"
        case .unreachable(let found, let deleted):
            "\(found) nodes are out of reach, expected the \(deleted) deleted ones"
        case .feature(let node, let found, let featureCount):
            "node \(node): feature \(found), expected 0 to \(featureCount - 1)"
        case .notFinite(let node): "node \(node): beyond single precision, expected a finite number"
        case .notAnInteger(let list, let position):
            "\(list)[\(position)]: out of range, expected an integer"
        case .categoryNode(let node):
            "node \(node): expected one set of categories for each split by category and no other"
        case .categorySegment(let node, let start, let size, let categoryCount):
            "node \(node): \(size) categories from \(start) on, expected at least one, after those "
                + "of the node before, within the \(categoryCount) there are"
        case .categoryCode(let node, let found):
            "node \(node): category \(found), expected 0 to \(Int(TreeColumns.codesEnd) - 1)"
        case .categoryBits(let node, let most):
            "node \(node): too many categories, expected sets of at most \(most) bits in all"
        }
    }
}

extension GoldenFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .member("probability"): "probability: missing or malformed, expected 0 to 1"
        case .member(let name): "\(name): missing or malformed"
        case .request: "the request is not valid by the schema"
        case .margin(let found, let wanted):
            "margin \(Float(bitPattern: found)) (\(floatBits(found))), "
                + "expected \(Float(bitPattern: wanted)) (\(floatBits(wanted)))"
        case .probability(let found, let wanted): "probability \(found), expected \(wanted)"
        }
    }
}

/// A float's bits as golden rows spell them: `0x` and eight lower-case hexadecimal digits.
package func floatBits(_ bits: UInt32) -> String {
    let digits = String(bits, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
}
