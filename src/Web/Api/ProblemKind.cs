namespace DxyOrleans.Web.Api;

/// <summary>A kind of refusal: its word, the status and the console's exit code that go with it.</summary>
/// <param name="Code">A stable word for programs, the console's own.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ExitCode">What the console would end with.</param>
/// <param name="Title">The same of each of its kind, a sentence.</param>
sealed record ProblemKind(string Code, int Status, int ExitCode, string Title)
{
    public static readonly ProblemKind Usage = new("usage", 400, 2, "The request is written wrongly.");
    public static readonly ProblemKind UnknownSymbol = new("unknown-symbol", 404, 2, "The registry doesn't hold this symbol.");
    public static readonly ProblemKind NoIndex = new("no-index", 404, 2, "The symbol is not an index.");
    public static readonly ProblemKind NotFound = new("not-found", 404, 2, "There is nothing at this address.");
    public static readonly ProblemKind UnknownRun = new("unknown-run", 404, 2, "The database knows no migration of this name.");
    public static readonly ProblemKind AsOfGone = new("as-of", 410, 4, "What stood at that instant is not known any more.");
    public static readonly ProblemKind LoginNeeded = new("login-needed", 401, 4, "This needs a login.");
    public static readonly ProblemKind LoginRefused = new("login-refused", 401, 4, "The database doesn't take this login.");
    public static readonly ProblemKind TlsNeeded = new("tls-needed", 403, 4, "A password is asked for over TLS or on this machine alone.");
    public static readonly ProblemKind CrossSite = new("cross-site", 403, 4, "A page of another site may not act here.");
    public static readonly ProblemKind Forbidden = new("rights", 403, 4, "The login may not do this.");
    public static readonly ProblemKind RunState = new("run-state", 409, 4, "The run's state doesn't allow this order.");
    public static readonly ProblemKind RunMovedOn = new("run-moved-on", 409, 4, "The run has moved on since it was shown.");
    public static readonly ProblemKind TooBusy = new("too-busy", 429, 3, "Too many requests at once.");
    public static readonly ProblemKind DatabaseAway = new("database-away", 503, 3, "The database can't be reached.");
    public static readonly ProblemKind SchemaMissing = new(
        "schema-missing",
        503,
        4,
        "The database doesn't hold our schema, or an older one."
    );
    public static readonly ProblemKind Unexpected = new("unexpected", 500, 1, "This is a bug of ours.");

    /// <summary>Every kind there is.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        Usage,
        UnknownSymbol,
        NoIndex,
        NotFound,
        UnknownRun,
        AsOfGone,
        LoginNeeded,
        LoginRefused,
        TlsNeeded,
        CrossSite,
        Forbidden,
        RunState,
        RunMovedOn,
        TooBusy,
        DatabaseAway,
        SchemaMissing,
        Unexpected,
    ];

    /// <summary>The kind's URI: a page of this silo that says what it means.</summary>
    public string Type => $"/problems/{Code}";

    public ProblemException Of(string what, string? todo = null, string? where = null) => new(this, what, where, todo);
}

/// <summary>Ends a request with a problem.</summary>
/// <param name="kind">Its kind.</param>
/// <param name="what">What was wrong, a sentence without its full stop.</param>
/// <param name="where">What it is about, where <paramref name="what"/> doesn't say it.</param>
/// <param name="todo">What to do about it; null when there is nothing.</param>
sealed class ProblemException(ProblemKind kind, string what, string? where, string? todo) : Exception(what)
{
    public ProblemKind Kind => kind;

    public string? Where => where;

    public string? Todo => todo;
}
