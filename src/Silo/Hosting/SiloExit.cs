namespace DxyOrleans.Silo.Hosting;

/// <summary>With what a silo's process ends when not by 0.</summary>
static class SiloExit
{
    /// <summary>It threw what it shouldn't; the log has it.</summary>
    public const int Unexpected = 1;

    /// <summary>The settings are wrong: starting it again is no use.</summary>
    public const int WrongSettings = 2;

    /// <summary>The database can't be used, or was away when the silo had to say good-bye.</summary>
    public const int NoDatabase = 3;

    /// <summary>Another cluster has the reminders of this ServiceId.</summary>
    public const int Refused = 4;

    /// <summary>Another program listens on one of its ports.</summary>
    public const int PortTaken = 5;

    /// <summary>A migration asks for the process to be started anew.</summary>
    public const int StartAgain = 75;
}
