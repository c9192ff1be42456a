internal import CXGBoost

/// Frees the handle also when a booster's set-up fails half-way.
@safe
struct BoosterOwner: ~Copyable {
    let handle: BoosterHandle

    init() throws(XGBoostError) {
        var created: BoosterHandle?
        // SAFETY: no matrices are passed, so none is read; the handle is handed over.
        let status = unsafe XGBoosterCreate(nil, 0, &created)
        unsafe handle = try BoosterOwner.checked(created, status)
    }

    init(learning data: borrowing DataMatrix) throws(XGBoostError) {
        var created: BoosterHandle?
        var matrix: DMatrixHandle? = unsafe data.handle
        // SAFETY: the library reads one handle during the call and hands over the booster's.
        let status = unsafe XGBoosterCreate(&matrix, 1, &created)
        unsafe handle = try BoosterOwner.checked(created, status)
    }

    // SAFETY: only this owner frees the handle, and nothing can use it afterwards.
    deinit { _ = unsafe XGBoosterFree(handle) }

    func load(_ document: Span<UInt8>) throws(XGBoostError) {
        // SAFETY: the library reads the bytes during the call.
        let status = unsafe document.withUnsafeBytes { bytes in
            unsafe XGBoosterLoadModelFromBuffer(
                handle, bytes.baseAddress, bst_ulong(bytes.count))
        }
        try XGBoostError.check(status, "XGBoosterLoadModelFromBuffer")
    }

    func set(_ name: String, to value: String) throws(XGBoostError) {
        // SAFETY: the library copies both texts during the call.
        let status = unsafe XGBoosterSetParam(handle, name, value)
        try XGBoostError.check(status, "XGBoosterSetParam")
    }

    private static func checked(
        _ created: BoosterHandle?, _ status: CInt
    ) throws(XGBoostError) -> BoosterHandle {
        try XGBoostError.check(status, "XGBoosterCreate")
        guard let created = unsafe created else {
            throw XGBoostError(call: "XGBoosterCreate", reason: "no handle")
        }
        return unsafe created
    }
}
