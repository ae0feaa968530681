package kz.kandas.device

import android.content.Context
import androidx.work.BackoffPolicy
import androidx.work.Constraints
import androidx.work.ExistingPeriodicWorkPolicy
import androidx.work.ExistingWorkPolicy
import androidx.work.NetworkType
import androidx.work.OneTimeWorkRequest
import androidx.work.PeriodicWorkRequest
import androidx.work.WorkManager
import androidx.work.Worker
import androidx.work.WorkerParameters
import java.util.concurrent.TimeUnit

/**
 * Time in the background, given by the system when there is a network. In a process without screens too: then Rust
 * opens the core by itself, else it finds it open. No service that stays.
 */
class SyncWorker(context: Context, parameters: WorkerParameters) : Worker(context, parameters) {
  override fun doWork(): Result {
    val phone = Phone(applicationContext)
    Native.attach(phone)
    return if (Native.sync(phone.home(), SECONDS)) Result.success() else Result.retry()
  }

  companion object {
    /** The system ends a worker after ten minutes. */
    private const val SECONDS = 9 * 60

    fun schedule(context: Context) {
      val online = Constraints.Builder().setRequiredNetworkType(NetworkType.CONNECTED).build()
      val once = OneTimeWorkRequest.Builder(SyncWorker::class.java)
        .setConstraints(online)
        .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, 1, TimeUnit.MINUTES)
        .build()
      val daily = PeriodicWorkRequest.Builder(SyncWorker::class.java, 6, TimeUnit.HOURS).setConstraints(online).build()
      val manager = WorkManager.getInstance(context)
      manager.enqueueUniqueWork("kandas-sync", ExistingWorkPolicy.KEEP, once)
      // Work that waits too long for a network is mentioned where there is none.
      val reminding = PeriodicWorkRequest.Builder(SyncWorker::class.java, 24, TimeUnit.HOURS).build()
      manager.enqueueUniquePeriodicWork("kandas-remind", ExistingPeriodicWorkPolicy.KEEP, reminding)
      // What the centre has to say comes too when nothing waits here.
      manager.enqueueUniquePeriodicWork("kandas-ask", ExistingPeriodicWorkPolicy.KEEP, daily)
    }
  }
}
