namespace DxyOrleans.Migration.Verification;

/// <summary>What a verification compares.</summary>
public enum VerificationScope
{
    /// <summary>Every bar of both tables.</summary>
    Full,

    /// <summary>Only days that were touched since the last one, by the change log, which is trusted. No gate relies on it.</summary>
    SinceLast,

    /// <summary>Both tables and a recomputation from the components.</summary>
    Parity,
}

/// <summary>How far a verification is, or what it said.</summary>
public enum VerificationState
{
    Running,
    Equal,
    Different,

    /// <summary>Nothing was there to compare, or it could not be; <see cref="VerificationResult.Note"/> says why.</summary>
    NotCompared,
}
