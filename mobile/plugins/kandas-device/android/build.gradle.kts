plugins {
    id("com.android.library")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "kz.kandas.device"
    compileSdk = 36
    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
}

kotlin {
    compilerOptions {
        jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_1_8
    }
}

dependencies {
    implementation("androidx.core:core-ktx:1.9.0")
    implementation("androidx.appcompat:appcompat:1.6.0")
    // Part of AndroidX, works on phones without Google's services.
    implementation("androidx.work:work-runtime:2.10.5")
    // Finger and face by the system's own dialogue.
    implementation("androidx.biometric:biometric:1.1.0")
    // Reads QR codes by itself (Apache-2.0): no Play services, nothing is fetched.
    implementation("com.journeyapps:zxing-android-embedded:4.3.0")
    implementation(project(":tauri-android"))
}
