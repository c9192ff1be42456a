extension ModelError: CustomStringConvertible {
    /// One line for a log or a terminal.
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .format(let found, let wanted):
            "manifest.json: format \(Int(exactly: found).map { "\($0)" } ?? "\(found)"), "
                + "wanted \(wanted)"
        case .malformed(let file, let error): "\(file.rawValue): \(error)"
        case .missing(let file, let path): "\(file.rawValue): \(path) is missing"
        case .invalid(let file, let path, let wanted): "\(file.rawValue): \(path): wanted \(wanted)"
        case .unsupported(let feature, let found, let wanted):
            "model.json: \(feature) \(found) is not supported, wanted \(wanted)"
        case .tooMany(let file, let what, let found, let most):
            "\(file.rawValue): \(found) \(what), wanted at most \(most)"
        case .treeCount(let found, let wanted):
            "model.json: \(found) trees, wanted num_trees = \(wanted)"
        case .weightCount(let list, let found, let wanted):
            "model.json: \(list) has \(found) items, wanted \(wanted)"
        case .weightNotFinite(let list, let index):
            "model.json: \(list)[\(index)]: beyond single precision, wanted a finite number"
        case .marginNotFinite:
            "model.json: margins beyond single precision, wanted finite ones for every row"
        case .treeOrder(let index, let found):
            "model.json: tree \(index): id \(found), wanted \(index)"
        case .tree(let index, let fault): "model.json: tree \(index): \(fault)"
        case .digest(let file, let found, let wanted):
            "\(file.rawValue): SHA-256 \(found), wanted \(wanted)"
        case .schema(let error): "manifest.json: schema: \(error)"
        case .encoding(let error): "manifest.json: encoding: \(error)"
        case .featureCount(let found, let wanted):
            "model.json: \(found) features, wanted the encoding's \(wanted)"
        case .featureName(let index, let found, let wanted):
            "model.json: feature \(index) is \(found), wanted the encoding's \(wanted)"
        case .goldenRowCount(let found, let least):
            "golden.jsonl: \(found) rows, wanted at least \(least)"
        case .goldenRow(let row, let fault): "golden.jsonl: row \(row): \(fault)"
        }
    }
}

extension TreeFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "no nodes, wanted at least one"
        case .lengths(let list, let found, let wanted):
            "\(list) has \(found) items, wanted \(wanted)"
        case .child(let node, let found, let nodeCount):
            "node \(node): child \(found), wanted 1 to \(nodeCount - 1), or -1 on both sides"
        case .sharedNode(let node): "node \(node): reached twice, wanted one parent"
        case .parent(let node, let found):
            "node \(node): parent \(found), wanted the split that leads to it"
        case .unreachable(let found, let deleted):
            "\(found) nodes are out of reach, wanted the \(deleted) deleted ones"
        case .feature(let node, let found, let featureCount):
            "node \(node): feature \(found), wanted 0 to \(featureCount - 1)"
        case .notFinite(let node): "node \(node): beyond single precision, wanted a finite number"
        case .notAnInteger(let list, let position):
            "\(list)[\(position)]: out of range, wanted an integer"
        case .categoryNode(let node):
            "node \(node): wanted one set of categories for each split by category and no other"
        case .categorySegment(let node, let start, let size, let categoryCount):
            "node \(node): \(size) categories from \(start) on, wanted at least one, behind those "
                + "of the node before, within the \(categoryCount) there are"
        case .categoryCode(let node, let found):
            "node \(node): category \(found), wanted 0 to \(Int(TreeColumns.codesEnd) - 1)"
        case .categoryBits(let node, let most):
            "node \(node): too many categories, wanted sets of at most \(most) bits in all"
        }
    }
}

extension GoldenFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .member("probability"): "probability: missing or malformed, wanted 0 to 1"
        case .member(let name): "\(name): missing or malformed"
        case .request: "the request is not valid by the schema"
        case .margin(let found, let wanted):
            "margin \(Float(bitPattern: found)) (\(floatBits(found))), "
                + "wanted \(Float(bitPattern: wanted)) (\(floatBits(wanted)))"
        case .probability(let found, let wanted): "probability \(found), wanted \(wanted)"
        }
    }
}

/// A float's bits as golden rows spell them: `0x` and eight lower-case hexadecimal digits.
package func floatBits(_ bits: UInt32) -> String {
    let digits = String(bits, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
}
