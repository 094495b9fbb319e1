using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// The connections of Orleans' ADO.NET providers. They look for their statements in a table that they name without a schema; here it gets
/// its schema, so that no connection needs a search path of its own: a pooler in transaction mode carries none, and refuses whoever asks
/// for one.
/// </summary>
sealed class OrleansDataSource(NpgsqlDataSource database) : DbDataSource
{
    public override string ConnectionString => database.ConnectionString;

    // The providers look at one of these, unopened, to see that it is the driver's; the connections that they work with they have opened.
    protected override DbConnection CreateDbConnection() => database.CreateConnection();

    protected override DbConnection OpenDbConnection() => new Connection(database.OpenConnection());

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        new Connection(await database.OpenConnectionAsync(cancellationToken));

    protected override void Dispose(bool disposing)
    {
        database.Dispose();
        base.Dispose(disposing);
    }

    sealed class Connection(NpgsqlConnection own) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString
        {
            get => own.ConnectionString;
            set => own.ConnectionString = value;
        }

        public override string Database => own.Database;

        public override string DataSource => own.DataSource;

        public override string ServerVersion => own.ServerVersion;

        public override ConnectionState State => own.State;

        public override void ChangeDatabase(string databaseName) => own.ChangeDatabase(databaseName);

        public override void Open() => own.Open();

        public override Task OpenAsync(CancellationToken cancellationToken) => own.OpenAsync(cancellationToken);

        public override void Close() => own.Close();

        public override Task CloseAsync() => own.CloseAsync();

        protected override DbCommand CreateDbCommand() => new Command(own);

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => own.BeginTransaction(isolationLevel);

        protected override void Dispose(bool disposing)
        {
            own.Dispose();
            base.Dispose(disposing);
        }
    }

    sealed class Command(NpgsqlConnection connection) : NpgsqlCommand(null, connection)
    {
        [AllowNull]
        public override string CommandText
        {
            get => base.CommandText;
            set =>
                base.CommandText = value?.Replace(
                    " FROM OrleansQuery",
                    " FROM dxy_orleans.orleansquery",
                    StringComparison.OrdinalIgnoreCase
                );
        }
    }
}
